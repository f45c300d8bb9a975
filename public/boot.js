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
function isBeingWritten(where = "*") {
  const fields = app.querySelectorAll("textarea, input:not([type=radio], [type=checkbox])");
  return [...fields].some((field) => field.matches(where) && field.value !== "");
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

/** How long a page that stays open waits before it looks for a newer version, in milliseconds. */
const LOOK_AGAIN = 3_600_000;

/** A newer version is fetched in the background and waits; the program says when it may take over, and this page be loaded anew. */
async function followVersions(workers) {
  const tell = (version) => {
    document.documentElement.dataset.version = version;
    window.dispatchEvent(new Event("maillage:version"));
  };
  let controlled = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    // The first worker of all takes over a page that is as new as itself.
    if (!controlled) {
      controlled = true;
      return;
    }
    tell("replaced");
    // Whoever was writing may have finished.
    const again = () => setTimeout(() => tell("replaced"));
    for (const name of ["click", "focusout", "hashchange", "visibilitychange"]) window.addEventListener(name, again, true);
  });
  const registration = await workers.register("/sw.js");
  const look = () => {
    const replaced = document.documentElement.dataset.version === "replaced";
    if (registration.waiting && workers.controller && !replaced) tell("waits");
  };
  /** Ends when what is being fetched is here, or could not be. */
  const fetched = (worker) => new Promise((resolve) => {
    worker.addEventListener("statechange", () => {
      look();
      if (worker.state !== "installing") resolve();
    });
  });
  const follow = () => registration.installing && fetched(registration.installing);
  registration.addEventListener("updatefound", follow);
  follow();
  look();
  // Without network there is nothing newer.
  const ask = () => registration.update().catch(() => {});
  setInterval(ask, LOOK_AGAIN);
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  window.addEventListener("maillage:take-over", async () => {
    if (!registration.waiting) {
      await ask();
      if (registration.installing) await fetched(registration.installing);
    }
    if (registration.waiting) registration.waiting.postMessage({ type: "activate" });
    else tell("replaced");
  });
}

/** A page out of sight is written in by nobody: there only words that are not in a text yet would be lost. */
function isInUse() {
  if (document.hidden) return isBeingWritten(":not(.editor textarea)");
  return isBeingWritten() || document.querySelector("dialog[open]") !== null;
}

window.addEventListener("maillage:reload", () => {
  if (!isInUse()) location.reload();
});

// Service workers exist only on https and localhost; elsewhere the app simply needs the network to open.
if ("serviceWorker" in navigator && window.isSecureContext) {
  followVersions(navigator.serviceWorker).catch((error) => console.warn(error));
  // The program is running: now the parts of it that the first screen does not need.
  navigator.serviceWorker.ready.then(({ active }) => active.postMessage({ type: "keep" }));
}
