// Starts the program, and speaks for it when it cannot speak itself.
// Kept apart from the page because the content security policy allows no inline script.

const script = document.querySelector("script[data-wasm]");
const app = document.getElementById("maillage");
const breakdown = document.getElementById("panne");
let broken = false;

/** Replaces the program by the page that says the work is safe. `when` is "stopped" or "unopened". */
function showBreakdown(when) {
  if (broken) return;
  broken = true;
  app.hidden = true;
  const section = breakdown.querySelector(`[data-when="${when}"]`);
  section.hidden = false;
  breakdown.hidden = false;
  const title = section.querySelector("h1");
  document.title = `${title.textContent} · Maillage`;
  title.focus();
  offerListening(section);
}

/** Reading aloud is offered only where the device has a French voice. */
function offerListening(section) {
  const speech = window.speechSynthesis;
  const button = breakdown.querySelector("[data-listen]");
  if (!speech) return;
  const french = () => speech.getVoices().find((voice) => voice.lang.toLowerCase().startsWith("fr"));
  const update = () => { button.hidden = !french(); };
  update();
  speech.addEventListener?.("voiceschanged", update);
  button.addEventListener("click", () => {
    speech.cancel();
    for (const line of section.querySelectorAll("h1, p, button")) {
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

window.addEventListener("maillage:panic", () => showBreakdown("stopped"));

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
}
