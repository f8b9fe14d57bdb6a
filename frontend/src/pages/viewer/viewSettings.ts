/** How pictures and shapes are shown. Pure. */

export const PICTURES = [
  { value: "original", label: "Original" },
  { value: "red_free", label: "Red-free" },
  { value: "clahe", label: "CLAHE" },
  { value: "blanked", label: "Blanked" },
] as const;
export type Picture = (typeof PICTURES)[number]["value"];

/** Kept for the person, on every image and machine. */
export interface ViewSettings {
  readonly labelOpacity: number;
  readonly overlayOpacity: number;
  readonly outlinesOnly: boolean;
  readonly showMap: boolean;
  /** Show the model's findings while one's own labels are a draft: off, so that they don't lead the eye. */
  readonly findingsInDraft: boolean;
  readonly minConfidence: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
}

/** For the image that is open now. */
export interface Momentary {
  readonly picture: Picture;
  readonly showLabels: boolean;
  readonly showMasks: boolean;
  readonly showPredictions: boolean;
  readonly showHeatmap: boolean;
  readonly hidden: ReadonlySet<string>;
  /** A key is held to see the picture alone. */
  readonly bare: boolean;
}
export type LayerState = ViewSettings & Momentary;

type Tone = Pick<ViewSettings, "brightness" | "contrast" | "gamma">;
export const AS_STORED: Tone = { brightness: 1, contrast: 1, gamma: 1 };

export const DEFAULT_VIEW: ViewSettings = {
  labelOpacity: 0.2,
  overlayOpacity: 0.6,
  outlinesOnly: false,
  showMap: true,
  findingsInDraft: false,
  minConfidence: 0.5,
  ...AS_STORED,
};
export const FIRST_LAYERS: LayerState = {
  ...DEFAULT_VIEW,
  picture: "original",
  showLabels: true,
  showMasks: false,
  showPredictions: true,
  showHeatmap: false,
  hidden: new Set(),
  bare: false,
};
const RANGES: Readonly<Partial<Record<keyof ViewSettings, readonly [number, number]>>> = {
  labelOpacity: [0, 1],
  overlayOpacity: [0, 1],
  minConfidence: [0, 1],
  brightness: [0.25, 3],
  contrast: [0.25, 3],
  gamma: [0.25, 3],
};

/** Reads what was kept; what doesn't fit is the default. */
export function parseView(kept: unknown): ViewSettings {
  const values = typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  const read = Object.entries(DEFAULT_VIEW).map(([name, usual]) => {
    const value = values[name];
    const range = RANGES[name as keyof ViewSettings];
    if (!range) return [name, typeof value === "boolean" ? value : usual];
    const fits = typeof value === "number" && value >= range[0] && value <= range[1];
    return [name, fits ? value : usual];
  });
  return Object.fromEntries(read) as ViewSettings;
}

/** "Brightness 130 %, gamma 80 %": what differs from the stored picture. */
export function toneInWords({ brightness, contrast, gamma }: Tone): string {
  const parts = Object.entries({ brightness, contrast, gamma })
    .filter(([, value]) => value !== 1)
    .map(([name, value]) => `${name} ${Math.round(100 * value)} %`);
  const words = parts.join(", ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The tone curve of one channel as an SVG filter: contrast about the middle grey, brightness, then gamma. */
export function toneCurve({ brightness, contrast, gamma }: ViewSettings): {
  readonly slope: number;
  readonly intercept: number;
  readonly exponent: number;
} | null {
  if (brightness === 1 && contrast === 1 && gamma === 1) return null;
  return { slope: brightness * contrast, intercept: 0.5 * (1 - contrast) * brightness, exponent: 1 / gamma };
}
