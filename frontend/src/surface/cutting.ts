/** Parts cut away from shapes, and edges that cross themselves made whole. Pure; image pixels. */
import clip, { type Polygon as ClipPolygon } from "polygon-clipping";
import { ringArea, ringsOf, type Ring } from "./outlines";
import { polygonAlong } from "./rim";
import type { Point, Shape } from "./shapes";

type Polygon = Extract<Shape, { shape: "polygon" }>;

/** Crumbs of a cut below this many square px are nothing anyone drew. */
const CRUMB_PX2 = 0.5;

const asClip = (shape: Shape): ClipPolygon => ringsOf(shape).map((ring) => ring.map(([x, y]) => [x, y]));

/** What is left of `shape` without `cutter`: several parts, one with holes, or nothing; null: they don't meet. */
export function cut(shape: Shape, cutter: Shape): Polygon[] | null {
  const before = [asClip(shape)];
  const knife = asClip(cutter);
  if (clip.intersection(before, [knife]).length === 0) return null;
  return fromClip(clip.difference(before, [knife]));
}

/** A ring drawn by hand as polygons that don't cross themselves. */
export function untangled(ring: Ring): Polygon[] {
  return fromClip(clip.union([ring.map(([x, y]): [number, number] => [x, y])]));
}

function fromClip(polygons: readonly ClipPolygon[]): Polygon[] {
  return polygons.flatMap((rings): Polygon[] => {
    const [outer, ...holes] = rings.map(openRing);
    if (!outer || isCrumb(outer)) return [];
    return [polygonAlong([outer, ...holes.filter((hole) => !isCrumb(hole))])];
  });
}

const isCrumb = (ring: Ring) => Math.abs(ringArea(ring)) < CRUMB_PX2;

/** polygon-clipping repeats the first point at the end; the contract doesn't. */
function openRing(ring: readonly (readonly [number, number])[]): Point[] {
  const [first, last] = [ring[0], ring.at(-1)];
  const closed = ring.length > 1 && first && last && first[0] === last[0] && first[1] === last[1];
  return (closed ? ring.slice(0, -1) : ring).map(([x, y]): Point => [x, y]);
}
