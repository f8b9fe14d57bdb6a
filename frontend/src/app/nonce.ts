/** The nonce that Django put into the page; styles that libraries inject need it under our policy. */
export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

/** Dialogs lock the page's scrolling with a style element; their library asks this global for the nonce. */
export function shareNonceWithDialogs(): void {
  Object.assign(globalThis, { __webpack_nonce__: cspNonce() });
}

/** OpenSeadragon adds this one style element by itself unless it is there; ours carries the nonce. */
export function placeOpenSeadragonStyle(): void {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const style = document.createElement("style");
  style.setAttribute("data-openseadragon-mobile-css", "true");
  style.nonce = cspNonce();
  style.textContent = "@media (hover: none) { .openseadragon-canvas:focus { outline: none !important; } }";
  document.head.appendChild(style);
}
