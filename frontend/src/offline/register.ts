const AFTER_MS = 2_000; // the page itself comes first

/** Lets the browser keep the pages for when the server is away; browsers do so on https and localhost only. */
export function keepPagesHere(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => {
    navigator.serviceWorker.register("/service-worker.js").catch(() => undefined); // all else works without
  };
  const soon = () => window.setTimeout(register, AFTER_MS);
  if (document.readyState === "complete") soon();
  else window.addEventListener("load", soon, { once: true });
}
