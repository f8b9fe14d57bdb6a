/** From the edge that a person sees to the polygon that is stored; see shapes.ts. Pure; image pixels. */
import clip, { type Polygon as ClipPolygon } from "polygon-clipping";
import { offsetRing } from "./offset";
import { distanceToRings, inside, ringArea, ringsOf, turnedRings, type Ring } from "./outlines";
import {
  moved,
  RIM_PX,
  throughCentres,
  toHundredths,
  withoutRepeats,
  type Point,
  type Polygon,
} from "./shapes";

/** What is narrower than a pixel goes in by less, so that it never vanishes. */
const SHARES = [1, 0.75, 0.5, 0.25];
/** Of what moving the edge in leaves, the largest part must hold this share: else a lobe would be lost. */
const WHOLE = 0.95;
/** Pixels missed along the sides, as a share of the shape's: from here on sides get points in between. */
const MISSED = 0.1;
const LEAST_PX2 = 1e-3;
const SAME_PX = 0.005;

/**
 * The stored polygon whose edge these rings are: outline first, then holes. `before`, the polygon that was edited,
 * keeps its numbers where the edge is as it was.
 */
export function polygonAlong(edge: readonly Ring[], before?: Polygon): Polygon {
  const [outer = [], ...holes] = edge;
  const rings = turnedRings(polygonOf([outer, ...holes])).map(withoutRepeats);
  if (before) {
    const by = shift(ringsOf(before), rings);
    if (by) return Math.hypot(...by) < SAME_PX ? before : (moved(before, by[0], by[1]) as Polygon);
  }
  const kept = before ? keptPoints(before) : null;
  for (const share of SHARES) {
    const tried = rings.map((ring) => {
      const inner = offsetRing(ring, -share * RIM_PX);
      return rounded(inner.map((point, index) => kept?.get(cornerKey(ring, index)) ?? point));
    });
    const found = isSimple(tried) ? tried : largestPart(tried);
    if (found && isDeep(found, rings, share * RIM_PX)) return polygonOf(stepped(found, areaIn(rings)));
  }
  return polygonOf(rings);
}

const polygonOf = ([points = [], ...holes]: readonly Ring[]): Polygon => ({
  shape: "polygon",
  geometry: { points, holes },
});

function rounded(ring: Ring): Point[] {
  return ring.map(([x, y]): Point => [toHundredths(x), toHundredths(y)]);
}

/** Moving a narrow side in turns it over: what is left is the largest part of the tangle, if it is nearly all. */
function largestPart(rings: readonly Ring[]): Ring[] | null {
  const parts = untangle(rings);
  if (!parts) return null;
  const areas = parts.map((part) => Math.abs(ringArea(part[0] ?? [])));
  const largest = Math.max(...areas);
  const part = parts[areas.indexOf(largest)];
  if (!part || largest < WHOLE * areas.reduce((sum, area) => sum + area, 0)) return null;
  const made = part.map(rounded);
  return isSimple(made) ? made : null;
}

/**
 * A mask joins the pixels of two neighbouring points by a line, which meets few centres of pixels where it slopes:
 * a small shape would lose a good part of its rim. It gets a point per pixel there.
 */
function stepped(rings: Ring[], area: number): Ring[] {
  const missed = rings.flatMap(sidesOf).reduce((sum, side) => sum + missedBy(side) / 2, 0);
  if (missed <= MISSED * area) return rings;
  const steps = rings.map((ring) =>
    sidesOf(ring).flatMap((side) => {
      const { from, to } = side;
      const count = missedBy(side) > 0 ? Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])) : 1;
      const at = (share: number): Point => [
        from[0] + share * (to[0] - from[0]),
        from[1] + share * (to[1] - from[1]),
      ];
      return rounded(Array.from({ length: count }, (_, index) => at(index / count)));
    }),
  );
  return isSimple(steps) ? steps : rings;
}

/** Pixels along a side that the line between its ends' pixels doesn't meet in their centres. */
function missedBy({ from, to }: Side): number {
  const width = Math.abs(Math.floor(to[0]) - Math.floor(from[0]));
  const height = Math.abs(Math.floor(to[1]) - Math.floor(from[1]));
  return Math.max(width, height) - commonDivisor(width, height);
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const areaIn = (rings: readonly Ring[]) => rings.reduce((sum, ring) => sum + ringArea(ring), 0);

function untangle(rings: readonly Ring[]): Ring[][] | null {
  try {
    const tangled: ClipPolygon = rings.map((ring) => ring.map(([x, y]) => [x, y]));
    return clip.union(tangled).map((part) => part.map((ring) => ring.slice(0, -1)));
  } catch {
    return null; // polygon-clipping gives up on some outlines that nearly touch themselves
  }
}

/** Inside the edge everywhere and not near it: an outline that moving in turned inside out is not. */
function isDeep(found: readonly Ring[], edge: readonly Ring[], by: number): boolean {
  if (Math.abs(ringArea(found[0] ?? [])) < LEAST_PX2) return false;
  return found.flat().every((point) => inside(edge, point) && distanceToRings(edge, point) >= by / 2);
}

interface Side {
  readonly from: Point;
  readonly to: Point;
}

/** Whether no side of the rings meets another one, neighbours at their common corner left out. */
function isSimple(rings: readonly Ring[]): boolean {
  if (rings.some((ring) => ring.length < 3 || ring.some((_, index) => foldsBack(ring, index)))) return false;
  return rings.every((ring, number) => {
    const sides = sidesOf(ring);
    const others = rings.slice(number + 1).flatMap(sidesOf);
    return sides.every((one, index) => {
      const last = index === 0 ? -1 : undefined; // the first side's other neighbour
      return [...sides.slice(index + 2, last), ...others].every((other) => !meet(one, other));
    });
  });
}

const sidesOf = (ring: Ring): Side[] =>
  ring.map((from, index) => ({ from, to: ring[(index + 1) % ring.length] ?? from }));

/** Whether the outline has no length before a corner, or turns straight back there. */
function foldsBack(ring: Ring, index: number): boolean {
  const [before, at, after] = [ring.at(index - 1), ring[index], ring[(index + 1) % ring.length]];
  if (!before || !at || !after) return true;
  const [ux, uy] = [at[0] - before[0], at[1] - before[1]];
  const [vx, vy] = [after[0] - at[0], after[1] - at[1]];
  if (ux === 0 && uy === 0) return true;
  return Math.abs(ux * vy - uy * vx) < 1e-9 && ux * vx + uy * vy < 0;
}

function meet({ from: a, to: b }: Side, { from: c, to: d }: Side): boolean {
  if (Math.max(a[0], b[0]) < Math.min(c[0], d[0]) || Math.max(c[0], d[0]) < Math.min(a[0], b[0]))
    return false;
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1]))
    return false;
  return side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0;
}

const side = (a: Point, b: Point, [x, y]: Point) =>
  Math.sign((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]));

/** The stored points by the corner of the edge that they belong to, told by it and its two neighbours. */
function keptPoints(before: Polygon): ReadonlyMap<string, Point> {
  const stored = turnedRings(throughCentres(before)).map(withoutRepeats);
  return new Map(
    ringsOf(before).flatMap((ring, of) =>
      ring.flatMap((_, index): [string, Point][] => {
        const point = stored[of]?.[index];
        return point ? [[cornerKey(ring, index), point]] : [];
      }),
    ),
  );
}

const cornerKey = (ring: Ring, index: number) =>
  [ring.at(index - 1), ring[index], ring[(index + 1) % ring.length]]
    .map((point) => point?.join(" "))
    .join(", ");

/** How far all corners moved together; null when they did not. */
function shift(from: readonly Ring[], to: readonly Ring[]): Point | null {
  const [before, after] = [from.flat(), to.flat()];
  const [first, now] = [before[0], after[0]];
  if (!first || !now || before.length !== after.length) return null;
  const [dx, dy] = [now[0] - first[0], now[1] - first[1]];
  const together = before.every(([x, y], index) => {
    const [toX, toY] = after[index] ?? [NaN, NaN];
    return Math.abs(toX - x - dx) < SAME_PX && Math.abs(toY - y - dy) < SAME_PX;
  });
  return together ? [dx, dy] : null;
}
