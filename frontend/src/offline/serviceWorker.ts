/**
 * Brings the pages up while the server is away: keeps the empty page and the files it is made of, nothing else.
 * Answers of the API and pictures never pass through here, so nobody finds another person's work in it. The server
 * writes the list of files in front of this file; another build has another list, and with it another cache.
 */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asking extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly shell: { readonly version: string; readonly files: readonly string[] };
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Asking) => void): void;
}

const worker = self as unknown as Worker;
const PAGE = "/";
const PREFIX = "fovea-shell-";
const CACHE = `${PREFIX}${worker.shell.version}`;
const FILES = new Set(worker.shell.files);
const PATIENCE_MS = 5_000;
/** What a proxy says when nobody is behind it. */
const NOBODY_THERE = new Set([502, 503, 504]);

worker.addEventListener("install", (event) => event.waitUntil(fill().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => worker.clients.claim())));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(api|static)\//.test(pathname)) event.respondWith(pageFor(request));
  } else if (FILES.has(pathname)) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
  }
});

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    [PAGE, ...FILES].map(async (path) => {
      const answer = await fetch(path);
      if (!answer.ok || answer.redirected) throw new Error(`${path} can't be kept.`);
      await cache.put(path, answer);
    }),
  );
}

/** Earlier builds go, ours stays. */
async function tidy(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** The server's page, else, when it does not answer in time, the one that is kept. */
async function pageFor(request: Request): Promise<Response> {
  const answer = fetch(request);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const first = await Promise.race([answer.catch(() => null), late]);
  if (first && !NOBODY_THERE.has(first.status)) return first;
  return (await kept(PAGE)) ?? answer;
}

const kept = async (path: string): Promise<Response | undefined> => (await caches.open(CACHE)).match(path);
