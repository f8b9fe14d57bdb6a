/**
 * A shape while it is being drawn. Pure; image pixels. Our own, because Annotorious' tools refuse rectangles
 * under 16 square pixels and close polygons within 20 screen pixels: too coarse for a microaneurysm.
 */
import { untangled } from "./cutting";
import { simplified } from "./freehand";
import { areaOf, boundsOfRing, ringsOf } from "./outlines";
import { polygonAlong } from "./rim";
import type { Point, Shape } from "./shapes";

export type Draft =
  | { readonly kind: "rect" | "ellipse"; readonly from: Point; readonly to: Point }
  | { readonly kind: "polygon"; readonly points: readonly Point[]; readonly cursor: Point }
  | { readonly kind: "freehand"; readonly points: readonly Point[] };
export type PolygonDraft = Extract<Draft, { kind: "polygon" }>;

/** Screen pixels within which a click on the first corner closes a polygon. */
const CLOSING_PX = 9;
/** A drag shorter than this (screen pixels, both ways) is a slip, not a shape. */
const SLIP_PX = 3;
/** Nothing is smaller than a pixel of the image. */
const SMALLEST_PX = 1;
/** Loose ends of a stroke that crosses itself, as a share of its largest part: not meant. */
const LOOSE_END = 0.05;

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

export function withoutLastCorner(draft: PolygonDraft): Draft | null {
  if (draft.points.length < 2) return null;
  return { ...draft, points: draft.points.slice(0, -1) };
}

/** A stroke that goes on to `at`; a pointer that trembles on the spot adds nothing. */
export function withStroke(draft: Extract<Draft, { kind: "freehand" }>, at: Point, zoom: number): Draft {
  const last = draft.points.at(-1);
  if (last && distance(last, at) * zoom < 0.5) return draft;
  return { ...draft, points: [...draft.points, at] };
}

/** What was drawn: one shape, several when a stroke crossed itself, none when there is not enough of it. */
export function finished(draft: Draft, zoom: number): Shape[] {
  const shapes = finishedShapes(draft).filter((shape) => {
    const { minX, minY, maxX, maxY } = boundsOfRing(ringsOf(shape)[0] ?? []);
    const size = Math.max(maxX - minX, maxY - minY);
    const slipped = draft.kind !== "polygon" && size * zoom < SLIP_PX;
    return size >= SMALLEST_PX && !slipped;
  });
  const largest = Math.max(...shapes.map(areaOf));
  return draft.kind === "freehand" ? shapes.filter((shape) => areaOf(shape) >= LOOSE_END * largest) : shapes;
}

function finishedShapes(draft: Draft): Shape[] {
  if (draft.kind === "polygon") {
    if (draft.points.length < 3) return [];
    return [polygonAlong([draft.points])];
  }
  if (draft.kind === "freehand") {
    if (draft.points.length < 3) return [];
    return untangled(simplified(draft.points));
  }
  const { from, to } = draft;
  const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
  const [width, height] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  if (Math.max(width, height) < SMALLEST_PX) return [];
  if (draft.kind === "rect") return [{ shape: "rect", geometry: { x, y, width, height } }];
  const [rx, ry] = [Math.max(width, SMALLEST_PX) / 2, Math.max(height, SMALLEST_PX) / 2];
  return [{ shape: "ellipse", geometry: { cx: x + width / 2, cy: y + height / 2, rx, ry, theta: 0 } }];
}

/** Corners of the draft as drawn on the screen. */
export function outline(draft: Draft): readonly Point[] {
  if (draft.kind === "polygon") return [...draft.points, draft.cursor];
  if (draft.kind === "freehand") return draft.points;
  const [shape] = finishedShapes(draft);
  return shape ? (ringsOf(shape)[0] ?? []) : [];
}
