/** Lets the browser keep the pages for when the server is away; browsers do so on https and localhost only. */
export function keepPagesHere(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => {
    navigator.serviceWorker.register("/service-worker.js").catch(() => undefined); // everything else works without
  };
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
