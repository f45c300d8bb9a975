// Keeps the app itself on the phone, so that it opens without network and a second visit downloads nothing.
// The documents are not here: the program keeps them itself.

// The build puts the files here, as [address, revision] pairs: those without which the app does not open, and those that come once it is
// usable, parts of the program above all. The version names both lists.
self.__PRECACHE = [];
self.__PRECACHE_LATE = [];
self.__PRECACHE_VERSION = "dev";

const PREFIX = "maillage-";
const REVISION = "revision";
const CURRENT = PREFIX + self.__PRECACHE_VERSION;
const byPath = (list) => new Map(list.map(([url, revision]) => [new URL(url, self.location).pathname, revision]));
const FIRST = byPath(self.__PRECACHE);
const LATE = byPath(self.__PRECACHE_LATE);

/** Caches of ours, in the order in which they were made. */
async function ourCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** A file of the same revision in an earlier cache. */
async function keptBefore(path, revision) {
  for (const name of await ourCaches()) {
    const response = await (await caches.open(name)).match(path);
    if (response?.headers.get(REVISION) === revision) return response;
  }
  return undefined;
}

/** The beginning of the SHA-256 of a file, by which the build names its revision. */
async function revisionOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The file from the network, marked with its revision. Names with a hash in them never change; the others are asked for anew. */
async function fetched(path, revision) {
  const cache = /-[0-9a-f]{16}[._]/.test(path) ? "default" : "no-cache";
  const response = await fetch(path, { cache, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${path}: ${response.status}`);
  const bytes = await response.arrayBuffer();
  // The app may just be being replaced on the server: then this list is out of date, and the next one will do.
  if ((await revisionOf(bytes)) !== revision) throw new Error(`${path}: another revision`);
  const headers = new Headers(response.headers);
  // The body below is no longer compressed.
  headers.delete("content-encoding");
  headers.delete("content-length");
  headers.set(REVISION, revision);
  return new Response(bytes, { status: 200, headers });
}

/** Keeps those files of a list that are not kept yet. */
async function keep(files) {
  const current = await caches.open(CURRENT);
  await Promise.all(
    Array.from(files, async ([path, revision]) => {
      const there = await current.match(path);
      if (there?.headers.get(REVISION) === revision) return;
      await current.put(path, (await keptBefore(path, revision)) ?? (await fetched(path, revision)));
    }),
  );
}

let keepingLate;

/** Keeps what comes late, once for all who ask meanwhile. */
function keepLate() {
  keepingLate ??= keep(LATE).finally(() => {
    keepingLate = undefined;
  });
  return keepingLate;
}

/** What was whole without network stays so: an update takes over with what comes late. A first visit does not wait for them. */
async function install() {
  await keep(FIRST);
  if (self.registration.active) await keepLate();
}

async function removeOldCaches() {
  const old = (await ourCaches()).filter((name) => name !== CURRENT);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request, path) {
  const kept = await (await caches.open(CURRENT)).match(path);
  return kept ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));

// A new version waits until nobody has the old one open: someone may be typing. A page may ask not to wait.
// Each page that has opened asks for what comes late, and may be told whether it is all kept now.
self.addEventListener("message", (event) => {
  if (event.data?.type === "activate") self.skipWaiting();
  if (event.data?.type === "keep") {
    const kept = keepLate().then(
      () => true,
      (error) => {
        console.warn(error);
        return false;
      },
    );
    event.waitUntil(kept.then((all) => event.ports[0]?.postMessage(all)));
  }
});

self.addEventListener("activate", (event) => event.waitUntil(removeOldCaches().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && FIRST.has("/") && (url.pathname === "/" || url.pathname === "/index.html")) {
    event.respondWith(answer(request, "/"));
  } else if ((FIRST.has(url.pathname) || LATE.has(url.pathname)) && url.search === "") {
    event.respondWith(answer(request, url.pathname));
  }
  // Everything else goes to the network untouched: the relay's own addresses among it.
});
