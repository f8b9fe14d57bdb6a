import { useEffect, useRef } from "react";
import { classIndexOf, keyOf } from "./shortcuts";

const TYPING =
  "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";
/** Keys that a focused button or field needs itself. */
const OF_CONTROLS = new Set(["enter", "space", "arrowleft", "arrowright", "arrowup", "arrowdown"]);
const CONTROLS = "button, a, input, [role=slider], [role=radio], [role=tab]";

interface Handlers<Id extends string> {
  /** `hold`: it lasts while the key is down. `once`: a key that is held down does it only once. */
  readonly keys: ReadonlyMap<string, { readonly id: Id; readonly hold?: boolean; readonly once?: boolean }>;
  /** False: the press means nothing here and goes on to the page. `down` is false when a held key is let go. */
  readonly onAction: (action: Id, down: boolean) => boolean;
  readonly onClass: (index: number) => boolean;
}

/** Keys of a room, except while someone types or a dialog is open. */
export function useShortcuts<Id extends string>(handlers: Handlers<Id>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const listening = new AbortController();
    const held = new Map<string, Id>();
    const belongsElsewhere = (event: KeyboardEvent, key: string) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(`${TYPING}, [role=dialog], [role=menu], [role=listbox]`)) return true;
      return OF_CONTROLS.has(key) && target?.closest(CONTROLS) != null;
    };
    const take = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
    };
    const down = (event: KeyboardEvent) => {
      const key = keyOf(event);
      if (key === null || belongsElsewhere(event, key)) return;
      const { keys, onAction, onClass } = latest.current;
      const index = classIndexOf(key);
      const action = keys.get(key);
      if (index !== null) {
        if (onClass(index)) take(event);
      } else if (action?.hold) {
        take(event);
        if (event.repeat) return;
        held.set(event.key.toLowerCase(), action.id);
        onAction(action.id, true);
      } else if (action?.once && event.repeat) {
        take(event);
      } else if (action && onAction(action.id, true)) {
        take(event);
      }
    };
    const letGo = (key: string) => {
      const action = held.get(key);
      if (!action) return;
      held.delete(key);
      latest.current.onAction(action, false);
    };
    // Capture: before OpenSeadragon and Annotorious, which have keys of their own.
    const options = { capture: true, signal: listening.signal };
    window.addEventListener("keydown", down, options);
    window.addEventListener("keyup", (event) => letGo(event.key.toLowerCase()), options);
    window.addEventListener("blur", () => [...held.keys()].forEach(letGo), options);
    return () => listening.abort();
  }, []);
}
