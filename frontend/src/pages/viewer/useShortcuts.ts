import { useEffect, useRef } from "react";
import { shortcutOf, type Shortcut } from "./shortcuts";

const TYPING =
  "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";

interface Handlers {
  readonly onShortcut: (shortcut: Shortcut) => boolean;
  readonly onPan: (held: boolean) => void;
}

/** Keys of the reading room, except while someone types or a dialog is open. */
export function useShortcuts(handlers: Handlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const listening = new AbortController();
    const elsewhere = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      return target?.closest(`${TYPING}, [role=dialog], [role=menu]`) != null;
    };
    const down = (event: KeyboardEvent) => {
      if (elsewhere(event)) return;
      if (event.key === " ") {
        if (event.target instanceof HTMLButtonElement) return;
        event.preventDefault();
        if (!event.repeat) latest.current.onPan(true);
        return;
      }
      const shortcut = shortcutOf(event);
      if (shortcut && latest.current.onShortcut(shortcut)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === " ") latest.current.onPan(false);
    };
    // Capture: before OpenSeadragon and Annotorious, which have keys of their own.
    window.addEventListener("keydown", down, { capture: true, signal: listening.signal });
    window.addEventListener("keyup", up, { capture: true, signal: listening.signal });
    return () => listening.abort();
  }, []);
}
