/** What is shown over both pictures. */
import { classAndMark } from "./judgedShapes";
import type { Linking } from "./linkedViews";

export interface ReviewLayers {
  readonly outlines: boolean;
  /** Outlines of rejected findings, too: no lesions any more, and much like small ones from afar. */
  readonly rejected: boolean;
  /** Both are painted from the probability maps, so one at a time. */
  readonly maps: "off" | "probability" | "difference";
  readonly labels: boolean;
  readonly heatmap: boolean;
  readonly redFree: boolean;
  readonly opacity: number;
  /** Classes that are switched off. */
  readonly hidden: ReadonlySet<string>;
  /** All overlays off, to see the retina alone. */
  readonly bare: boolean;
  readonly linking: Linking;
}

export const FIRST_LAYERS: ReviewLayers = {
  outlines: true,
  rejected: false,
  maps: "off",
  labels: false,
  heatmap: false,
  redFree: false,
  opacity: 0.7,
  hidden: new Set(),
  bare: false,
  linking: "mirrored",
};

export function toggledClass(hidden: ReadonlySet<string>, code: string): ReadonlySet<string> {
  const next = new Set(hidden);
  if (!next.delete(code)) next.add(code);
  return next;
}

/** Whether shapes of this class and mark ("HE rejected") are drawn, and can be clicked. */
export function isDrawn({ bare, outlines, rejected, hidden }: ReviewLayers, name: string): boolean {
  const [lesionClass, mark] = classAndMark(name);
  return !bare && outlines && !hidden.has(lesionClass) && (mark !== "rejected" || rejected);
}

/** Outlines would hide where model and specialist differ; they can be switched on again. */
export const withMaps = (maps: ReviewLayers["maps"]): Partial<ReviewLayers> => ({
  maps,
  outlines: maps !== "difference",
});
