/**
 * Probability maps coloured in the browser: 8 bits a pixel, kept only where there is something to show, so that
 * another threshold or colour is one pass over those pixels. Pure.
 */

export type Rgb = readonly [number, number, number];

/** One class's map with what a person labelled; only pixels that are not empty in both. */
export interface SparseMap {
  readonly width: number;
  readonly height: number;
  /** Which pixels, row by row. */
  readonly at: Uint32Array;
  /** For each of them its value, 0 to 255, plus LABELLED where a person labelled it. */
  readonly codes: Uint16Array;
  /** The box that holds them all; null without any. */
  readonly box: Box | null;
  /** How many pixels of the model have each value. */
  readonly histogram: Uint32Array;
}
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const LABELLED = 256;
const CODES = 2 * LABELLED;
const WEAKEST = 90; // alpha at the threshold; a certain pixel is opaque
const OPAQUE = 255;

/** Seen on a red retina, and told apart by those who can't tell red from green. */
export const DIFFERENCE: Readonly<Record<"both" | "model" | "specialist", Rgb>> = {
  both: [255, 255, 255],
  model: [255, 60, 210],
  specialist: [40, 215, 255],
};

/** The level of a threshold, 1 to 255: the server's rule, which rounds a half to the even number. */
export function levelOf(threshold: number): number {
  const exact = threshold * OPAQUE;
  const below = Math.floor(exact);
  const isHalf = exact - below === 0.5;
  const rounded = isHalf ? below + (below % 2) : Math.round(exact);
  return Math.min(OPAQUE, Math.max(1, rounded));
}

/** `values` of every pixel, row by row; `labelled` likewise, not 0 where a person labelled it. */
export function sparseMap(
  values: Uint8Array,
  size: { readonly width: number; readonly height: number },
  labelled: Uint8Array | null = null,
): SparseMap {
  const { width, height } = size;
  const histogram = new Uint32Array(LABELLED);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    histogram[value] = (histogram[value] ?? 0) + 1;
    if (value > 0 || (labelled && labelled[index])) count += 1;
  }
  const [at, codes] = [new Uint32Array(count), new Uint16Array(count)];
  let [next, left, top, right, bottom] = [0, width, height, -1, -1];
  for (let index = 0; index < values.length; index++) {
    const code = (values[index] ?? 0) + (labelled && labelled[index] ? LABELLED : 0);
    if (code === 0) continue;
    at[next] = index;
    codes[next] = code;
    next += 1;
    const x = index % width;
    const y = (index - x) / width;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const box = count === 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  return { width, height, at, codes, box, histogram };
}

/** Colours by code: clear below the threshold, then the denser the more certain. */
export function probabilityColors(color: Rgb, level: number): Uint32Array {
  const colors = new Uint32Array(CODES);
  for (let value = level; value <= OPAQUE; value++) {
    const share = OPAQUE === level ? 1 : (value - level) / (OPAQUE - level);
    const packed = pack(color, WEAKEST + share * (OPAQUE - WEAKEST));
    colors[value] = packed;
    colors[value + LABELLED] = packed;
  }
  return colors;
}

/** Colours by code: where both say lesion, only the model, only the person; clear where neither does. */
export function differenceColors(level: number): Uint32Array {
  const colors = new Uint32Array(CODES);
  for (let value = 0; value <= OPAQUE; value++) {
    if (value >= level) colors[value] = pack(DIFFERENCE.model, 220);
    colors[value + LABELLED] = pack(value >= level ? DIFFERENCE.both : DIFFERENCE.specialist, 220);
  }
  return colors;
}

/** Writes the map's colours into the pixels of a picture of its size; others are left alone. */
export function paint(map: SparseMap, colors: Uint32Array, pixels: Uint32Array): void {
  const { at, codes } = map;
  for (let index = 0; index < at.length; index++) {
    pixels[at[index] as number] = colors[codes[index] as number] as number;
  }
}

/** How many of the map's pixels reach a level. */
export function pixelsFrom({ histogram }: SparseMap, level: number): number {
  let count = 0;
  for (let value = level; value <= OPAQUE; value++) count += histogram[value] ?? 0;
  return count;
}

/** "#e03131" as numbers; grey for anything else. */
export function rgbOf(color: string): Rgb {
  const known = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!known) return [134, 142, 150];
  return [1, 2, 3].map((part) => Number.parseInt(known[part] ?? "0", 16)) as unknown as Rgb;
}

/** One pixel as canvases keep it: red in the lowest byte, alpha in the highest. */
function pack([red, green, blue]: Rgb, alpha: number): number {
  return ((Math.round(alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
