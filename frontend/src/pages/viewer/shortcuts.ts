/** Which key does what in the reading room: a table of actions with their first keys. Pure. */

export const GROUPS = ["Draw", "Change", "Model and tighten", "See", "Work"] as const;
export type Group = (typeof GROUPS)[number];

/** `hold`: it lasts while the key is down. */
const ACTIONS_TABLE = [
  { id: "select", group: "Draw", what: "Select, move, reshape", keys: ["v"] },
  { id: "rect", group: "Draw", what: "Rectangle", keys: ["r"] },
  { id: "polygon", group: "Draw", what: "Polygon; its first corner or a double click ends it", keys: ["p"] },
  { id: "ellipse", group: "Draw", what: "Ellipse", keys: ["e"] },
  { id: "freehand", group: "Draw", what: "Draw by hand", keys: ["d"] },
  { id: "cutting", group: "Draw", what: "Cut what is drawn out of the selection, on or off", keys: ["x"] },
  { id: "finish", group: "Draw", what: "End the polygon; accept a proposal or a finding", keys: ["enter"] },
  { id: "cancel", group: "Draw", what: "Drop the shape, the proposal or the selection", keys: ["escape"] },
  {
    id: "pan",
    group: "Draw",
    what: "Hold to pan while drawing (or the middle button)",
    keys: ["space"],
    hold: true,
  },

  { id: "undo", group: "Change", what: "Undo", keys: ["ctrl+z"] },
  { id: "redo", group: "Change", what: "Redo", keys: ["ctrl+shift+z", "ctrl+y"] },
  {
    id: "delete",
    group: "Change",
    what: "Delete the selection or the last corner",
    keys: ["delete", "backspace"],
  },
  { id: "duplicate", group: "Change", what: "Duplicate the selection", keys: ["ctrl+d"] },
  { id: "copy", group: "Change", what: "Copy the selection", keys: ["ctrl+c"] },
  { id: "paste", group: "Change", what: "Paste, also onto another image", keys: ["ctrl+v"] },
  { id: "selectAll", group: "Change", what: "Select all shapes of the chosen class", keys: ["ctrl+a"] },
  { id: "left", group: "Change", what: "Move the selection 1 px to the left", keys: ["arrowleft"] },
  { id: "right", group: "Change", what: "Move the selection 1 px to the right", keys: ["arrowright"] },
  { id: "up", group: "Change", what: "Move the selection 1 px up", keys: ["arrowup"] },
  { id: "down", group: "Change", what: "Move the selection 1 px down", keys: ["arrowdown"] },
  { id: "farLeft", group: "Change", what: "… 10 px to the left", keys: ["shift+arrowleft"] },
  { id: "farRight", group: "Change", what: "… 10 px to the right", keys: ["shift+arrowright"] },
  { id: "farUp", group: "Change", what: "… 10 px up", keys: ["shift+arrowup"] },
  { id: "farDown", group: "Change", what: "… 10 px down", keys: ["shift+arrowdown"] },

  { id: "tighten", group: "Model and tighten", what: "Tighten the selected rectangles", keys: ["t"] },
  { id: "tightenAll", group: "Model and tighten", what: "Tighten all rectangles", keys: ["shift+t"] },
  { id: "findings", group: "Model and tighten", what: "The model’s findings, on or off", keys: ["o"] },

  { id: "fit", group: "See", what: "Whole image", keys: ["f", "0"] },
  { id: "oneToOne", group: "See", what: "One image pixel on one screen pixel", keys: ["z"] },
  { id: "zoomIn", group: "See", what: "Zoom in", keys: ["+", "="] },
  { id: "zoomOut", group: "See", what: "Zoom out", keys: ["-"] },
  { id: "redFree", group: "See", what: "Red-free picture, and back", keys: ["g"] },
  { id: "clahe", group: "See", what: "Picture with evened contrast (CLAHE), and back", keys: ["c"] },
  { id: "outlines", group: "See", what: "Outlines only, and back", keys: ["l"] },
  { id: "labels", group: "See", what: "Labels on or off", keys: ["h"] },
  { id: "bare", group: "See", what: "Hold to see the picture alone", keys: ["b"], hold: true },
  { id: "map", group: "See", what: "Overview map on or off", keys: ["m"] },

  { id: "previousImage", group: "Work", what: "Previous image of the worklist", keys: ["["] },
  { id: "nextImage", group: "Work", what: "Next image of the worklist", keys: ["]"] },
  { id: "save", group: "Work", what: "Save now", keys: ["ctrl+s"] },
  { id: "help", group: "Work", what: "This list", keys: ["?"] },
] as const;

export type ActionId = (typeof ACTIONS_TABLE)[number]["id"];
export interface Action {
  readonly id: ActionId;
  readonly group: Group;
  readonly what: string;
  readonly keys: readonly string[];
  readonly hold?: boolean;
}
export const ACTIONS: readonly Action[] = ACTIONS_TABLE;

/** What a person changed: action to its keys. */
export type KeyChanges = Readonly<Partial<Record<ActionId, readonly string[]>>>;
/** Key to action. */
export type KeyMap = ReadonlyMap<string, Action>;

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}
const MODIFIERS = new Set(["control", "shift", "alt", "meta", "altgraph", "dead", "unidentified"]);

/** The name of a key press such as `ctrl+shift+z`; null for a modifier alone or with Alt. */
export function keyOf(press: Readonly<Press>): string | null {
  const key = press.key === " " ? "space" : press.key.toLowerCase();
  if (press.altKey || MODIFIERS.has(key)) return null;
  // A sign such as ? or + needs Shift on some keyboards only, so Shift says nothing there.
  const named = key.length > 1 || key.toUpperCase() !== key;
  const control = press.ctrlKey || press.metaKey ? "ctrl+" : "";
  return `${control}${press.shiftKey && named ? "shift+" : ""}${key}`;
}

/** 0 for the first class, for the keys 1 to 9; null for others. */
export function classIndexOf(key: string): number | null {
  return /^[1-9]$/.test(key) ? Number(key) - 1 : null;
}

export function keysOf(action: Action, changes: KeyChanges): readonly string[] {
  return changes[action.id] ?? action.keys;
}

export function keyMapOf(changes: KeyChanges): KeyMap {
  return new Map(ACTIONS.flatMap((action) => keysOf(action, changes).map((key) => [key, action] as const)));
}

/** The action that a key belongs to already, or why it can't be had; null: it is free. */
export function conflictOf(key: string, id: ActionId, changes: KeyChanges): Action | "class" | null {
  if (classIndexOf(key) !== null) return "class";
  const taken = keyMapOf(changes).get(key);
  return taken && taken.id !== id ? taken : null;
}

/** The changes after an action got one new key; whoever had it loses it. */
export function withKey(changes: KeyChanges, id: ActionId, key: string): KeyChanges {
  const without = ACTIONS.flatMap((action) => {
    const keys = keysOf(action, changes);
    return keys.includes(key) ? [[action.id, keys.filter((one) => one !== key)] as const] : [];
  });
  return { ...changes, ...Object.fromEntries(without), [id]: [key] };
}

/** What a button says: its name and the first of the person's own keys for it, if it has one. */
export function labelWithKey(label: string, id: ActionId, changes: KeyChanges): string {
  const action = ACTIONS.find((one) => one.id === id);
  const [key] = action ? keysOf(action, changes) : [];
  return key === undefined ? label : `${label} (${keyName(key)})`;
}

/** Reads what was kept; anything that fits no action is left out. */
export function parseKeyChanges(kept: unknown): KeyChanges {
  if (typeof kept !== "object" || kept === null) return {};
  const known = new Set<string>(ACTIONS.map(({ id }) => id));
  const isKeys = (keys: unknown): keys is string[] =>
    Array.isArray(keys) && keys.every((key) => typeof key === "string" && key.length < 40);
  return Object.fromEntries(Object.entries(kept).filter(([id, keys]) => known.has(id) && isKeys(keys)));
}

const SIGNS: Readonly<Record<string, string>> = {
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  escape: "Esc",
  delete: "Del",
  "-": "–",
};

/** A key as people write it: `Ctrl Shift Z`. */
export function keyName(key: string): string {
  const parts = key === "+" || key.endsWith("++") ? [...key.slice(0, -1).split("+"), "+"] : key.split("+");
  return parts
    .filter((part) => part !== "")
    .map((part) => SIGNS[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ");
}
