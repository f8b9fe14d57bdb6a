/** Which key does what in the review of a patient. Pure. */
const TABLE = [
  { id: "next", what: "Next finding", keys: ["j", "arrowdown"] },
  { id: "previous", what: "Previous finding", keys: ["k", "arrowup"] },
  { id: "fly", what: "Fly to the chosen finding", keys: ["enter"] },
  { id: "none", what: "Choose no finding", keys: ["escape"] },
  { id: "overlays", what: "All overlays off, to see the retina alone, and back", keys: ["o"] },
  { id: "outlines", what: "Outlines of the findings", keys: ["f"] },
  { id: "probability", what: "Probability maps", keys: ["p"] },
  { id: "difference", what: "Difference between model and specialist", keys: ["d"] },
  { id: "labels", what: "The specialist’s labels", keys: ["s"] },
  { id: "heatmap", what: "Heat map: what spoke for DR", keys: ["h"] },
  { id: "redFree", what: "Red-free picture, and back", keys: ["g"] },
  { id: "link", what: "Link both pictures, or move each alone", keys: ["l"] },
  { id: "whole", what: "Whole retina", keys: ["0"] },
  { id: "zoomIn", what: "Zoom in", keys: ["+", "="] },
  { id: "zoomOut", what: "Zoom out", keys: ["-"] },
  { id: "earlier", what: "Earlier exam", keys: ["["] },
  { id: "later", what: "Later exam", keys: ["]"] },
  { id: "nextPatient", what: "Next patient of the queue", keys: ["n"], once: true },
  { id: "help", what: "This list", keys: ["?"] },
] as const;

export type ReviewAction = (typeof TABLE)[number]["id"];
export interface ReviewKey {
  readonly id: ReviewAction;
  readonly what: string;
  readonly keys: readonly string[];
  /** Once for each press, however long the key is held. */
  readonly once?: boolean;
}
export const REVIEW_KEYS: readonly ReviewKey[] = TABLE;
export const REVIEW_KEY_MAP: ReadonlyMap<string, ReviewKey> = new Map(
  REVIEW_KEYS.flatMap((one) => one.keys.map((key) => [key, one] as const)),
);
