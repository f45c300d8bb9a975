// Starts the program, and speaks for it when it cannot speak itself.
// Kept apart from the page because the content security policy allows no inline script.

const script = document.querySelector("script[data-wasm]");
const app = document.getElementById("maillage");
const breakdown = document.getElementById("panne");
let broken = false;

/** Replaces the program by the page that speaks for it. `when` is "stopped" or "unopened"; `kept` whether all that was written is kept. */
function showBreakdown(when, kept = false) {
  if (broken) return;
  broken = true;
  const section = breakdown.querySelector(`[data-when="${when}"]`);
  for (const line of section.querySelectorAll("[data-kept]")) line.hidden = (line.dataset.kept === "all") !== kept;
  // Hidden alone, an open dialog of the program would keep everything else out of reach.
  app.remove();
  section.hidden = false;
  breakdown.hidden = false;
  const title = section.querySelector("h1");
  document.title = `${title.textContent} · Maillage`;
  title.focus();
  offerListening(section);
}

/** Whether a field on screen holds words: they may not have reached the program, or wait for a button. */
function isBeingWritten() {
  const fields = app.querySelectorAll("textarea, input:not([type=radio], [type=checkbox])");
  return [...fields].some((field) => field.value !== "");
}

/** Reading aloud is offered where the device itself has a French voice, help to ask someone elsewhere. */
function offerListening(section) {
  const speech = window.speechSynthesis;
  const listen = breakdown.querySelector("[data-listen]");
  const ask = breakdown.querySelector("[data-ask]");
  const asking = breakdown.querySelector("dialog");
  ask.addEventListener("click", () => asking.showModal());
  for (const button of asking.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => asking.close());
  }
  if (!speech) return;
  const french = () => speech.getVoices().find((voice) => voice.localService && voice.lang.toLowerCase().startsWith("fr"));
  const update = () => {
    listen.hidden = !french();
    ask.hidden = !listen.hidden;
  };
  update();
  speech.addEventListener?.("voiceschanged", update);
  listen.addEventListener("click", () => {
    speech.cancel();
    for (const line of section.querySelectorAll("h1, p:not([hidden]), button")) {
      const words = new SpeechSynthesisUtterance(line.textContent);
      words.lang = "fr";
      words.voice = french() ?? null;
      speech.speak(words);
    }
  });
}

for (const button of breakdown.querySelectorAll("[data-reload]")) {
  button.addEventListener("click", () => location.reload());
}

window.addEventListener("maillage:panic", (event) => {
  showBreakdown("stopped", event.detail === true && !isBeingWritten());
});

try {
  const { default: init } = await import(script.dataset.js);
  await init({ module_or_path: script.dataset.wasm });
} catch (error) {
  console.error(error);
  showBreakdown("unopened");
}

// Service workers exist only on https and localhost; elsewhere the app simply needs the network to open.
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch((error) => console.warn(error));
  // The program is running: now the parts of it that the first screen does not need.
  navigator.serviceWorker.ready.then(({ active }) => active.postMessage({ type: "keep" }));
}
