/**
 * A shape while it is being drawn. Pure; image pixels. Our own, because Annotorious' tools refuse rectangles
 * under 16 square pixels and close polygons within 20 screen pixels: too coarse for a microaneurysm.
 */
import type { Point, Shape } from "./shapes";

export type Draft =
  | { readonly kind: "rect"; readonly from: Point; readonly to: Point }
  | { readonly kind: "polygon"; readonly points: readonly Point[]; readonly cursor: Point };

/** Screen pixels within which a click on the first corner closes a polygon. */
const CLOSING_PX = 9;
/** A drag shorter than this (screen pixels, both ways) is a slip, not a rectangle. */
const SLIP_PX = 3;

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Whether a click at `at` closes the polygon; `zoom` is screen px per image px. */
export function closes(points: readonly Point[], at: Point, zoom: number): boolean {
  const [first] = points;
  if (!first || points.length < 3) return false;
  // On a tiny lesion the corners themselves are close together: never swallow more than half its size.
  const size = Math.max(...points.map((point) => distance(point, first)));
  return distance(first, at) * zoom <= Math.min(CLOSING_PX, Math.max(3, (size * zoom) / 2));
}

/** The draft after a click at `at`; a click on the spot of the last corner adds nothing. */
export function withCorner(points: readonly Point[], at: Point, zoom: number): Draft {
  const last = points.at(-1);
  const again = last !== undefined && distance(last, at) * zoom < 1;
  return { kind: "polygon", points: again ? points : [...points, at], cursor: at };
}

export function withoutLastCorner(draft: Extract<Draft, { kind: "polygon" }>): Draft | null {
  if (draft.points.length < 2) return null;
  return { ...draft, points: draft.points.slice(0, -1) };
}

/** The finished shape; null when there is not enough of it. */
export function finished(draft: Draft, zoom: number): Shape | null {
  if (draft.kind === "polygon") {
    if (draft.points.length < 3) return null;
    return { shape: "polygon", geometry: { points: draft.points, holes: [] } };
  }
  const { from, to } = draft;
  const [width, height] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  if (Math.max(width, height) * zoom < SLIP_PX) return null;
  return {
    shape: "rect",
    geometry: { x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]), width, height },
  };
}

/** Corners of the draft as drawn on the screen. */
export function outline(draft: Draft): readonly Point[] {
  if (draft.kind === "polygon") return [...draft.points, draft.cursor];
  const { from, to } = draft;
  return [from, [to[0], from[1]], to, [from[0], to[1]]];
}
