/** Which key does what in the reading room. Pure. */
export type Shortcut =
  | {
      readonly do:
        | "undo"
        | "redo"
        | "delete"
        | "cancel"
        | "fit"
        | "zoomIn"
        | "zoomOut"
        | "toggleLabels"
        | "toggleOverlays"
        | "help"
        | "save"
        | "finish";
    }
  | { readonly do: "tool"; readonly tool: "select" | "rect" | "polygon" }
  | { readonly do: "class"; readonly index: number };

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Readonly<Record<string, Shortcut>> = {
  v: { do: "tool", tool: "select" },
  r: { do: "tool", tool: "rect" },
  p: { do: "tool", tool: "polygon" },
  enter: { do: "finish" },
  delete: { do: "delete" },
  backspace: { do: "delete" },
  escape: { do: "cancel" },
  f: { do: "fit" },
  "0": { do: "fit" },
  "+": { do: "zoomIn" },
  "=": { do: "zoomIn" },
  "-": { do: "zoomOut" },
  h: { do: "toggleLabels" },
  o: { do: "toggleOverlays" },
  "?": { do: "help" },
};

export function shortcutOf(press: Readonly<Press>): Shortcut | null {
  const key = press.key.toLowerCase();
  if (press.ctrlKey || press.metaKey) {
    if (press.altKey) return null;
    if (key === "z") return { do: press.shiftKey ? "redo" : "undo" };
    if (key === "y") return { do: "redo" };
    if (key === "s") return { do: "save" };
    return null;
  }
  if (press.altKey) return null;
  if (/^[1-9]$/.test(key)) return { do: "class", index: Number(key) - 1 };
  return PLAIN[key] ?? null;
}

export const KEY_HELP: readonly (readonly [keys: string, what: string])[] = [
  ["V", "select, move, reshape"],
  ["R", "draw a rectangle"],
  ["P", "draw a polygon; Enter, double click or its first corner ends it"],
  ["1 – 9", "class of the selection and of new shapes"],
  ["Del", "delete the selection or the last corner"],
  ["Ctrl Z", "undo"],
  ["Ctrl Shift Z", "redo"],
  ["Esc", "drop the shape or the selection"],
  ["Space", "hold to pan while drawing (or the middle button)"],
  ["F or 0", "whole image"],
  ["+  –", "zoom"],
  ["H", "labels on or off"],
  ["O", "predictions on or off"],
  ["Ctrl S", "save now"],
];
