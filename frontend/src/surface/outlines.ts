/** Any shape as closed rings along its edge, and what follows from them: area, bounds, inside or not. Pure. */
import { offsetRing } from "./offset";
import { moved, RIM_PX, throughCentres, type Point, type Shape, type Size } from "./shapes";

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}
export type Ring = readonly Point[];

/** How far the corners that stand in for a curve may lie off it, in px. */
const CURVE_ERROR_PX = 0.05;
const SAME_PX = 1e-3;

/**
 * The edge of what a shape covers, as drawn on the screen: for polygons half a pixel outside their points, see
 * shapes.ts; `polygonAlong` is the way back. Outline first, then holes; outlines turn clockwise on the screen,
 * holes the other way (for non-zero filling).
 */
export function ringsOf(shape: Shape): Ring[] {
  switch (shape.shape) {
    case "rect": {
      const { x, y, width, height } = shape.geometry;
      return [
        [
          [x, y],
          [x + width, y],
          [x + width, y + height],
          [x, y + height],
        ],
      ];
    }
    case "polygon":
      return turnedRings(throughCentres(shape)).map((ring) => offsetRing(ring, RIM_PX));
    case "ellipse": {
      const { cx, cy, rx, ry, theta } = shape.geometry;
      return [ellipseRing(cx, cy, rx, ry, theta)];
    }
    case "circle": {
      const { cx, cy, r } = shape.geometry;
      return [ellipseRing(cx, cy, r, r, 0)];
    }
  }
}

export const turnedRings = ({ geometry }: Extract<Shape, { shape: "polygon" }>): Ring[] => [
  turned(geometry.points, 1),
  ...geometry.holes.map((hole) => turned(hole, -1)),
];

const turned = (ring: Ring, sign: 1 | -1): Ring => (ringArea(ring) * sign < 0 ? ring.toReversed() : ring);

/** Corners of a turned ellipse, as many as it takes, pushed out so that the area stays the ellipse's. */
function ellipseRing(cx: number, cy: number, rx: number, ry: number, theta: number): Ring {
  const larger = Math.max(rx, ry, CURVE_ERROR_PX);
  const count = Math.min(Math.max(Math.ceil(Math.PI / Math.sqrt((2 * CURVE_ERROR_PX) / larger)), 24), 240);
  const step = (2 * Math.PI) / count;
  const out = Math.sqrt(step / Math.sin(step));
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  return Array.from({ length: count }, (_, index): Point => {
    const [u, v] = [out * rx * Math.cos(index * step), out * ry * Math.sin(index * step)];
    return [cx + u * cos - v * sin, cy + u * sin + v * cos];
  });
}

/** Signed area in square px: positive where the ring turns clockwise on the screen. */
export function ringArea(ring: Ring): number {
  let doubled = 0;
  let before = ring.at(-1);
  for (const point of ring) {
    if (before) doubled += before[0] * point[1] - point[0] * before[1];
    before = point;
  }
  return doubled / 2;
}

export function areaOf(shape: Shape): number {
  if (shape.shape === "ellipse") return Math.PI * shape.geometry.rx * shape.geometry.ry;
  if (shape.shape === "circle") return Math.PI * shape.geometry.r ** 2;
  return ringsOf(shape).reduce((sum, ring) => sum + ringArea(ring), 0);
}

export function boundsOfRing(ring: Ring): Bounds {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

export function boundsOfShape(shape: Shape): Bounds {
  return boundsOfRing(ringsOf(shape)[0] ?? []);
}

/** Shapes shifted together, but no farther than until the first of them touches the edge of the image. */
export function movedInside<S extends Shape>(
  shapes: readonly S[],
  [dx, dy]: Point,
  image: Size,
): { readonly from: S; readonly to: Shape }[] {
  const all = shapes.map(boundsOfShape);
  const least = (values: number[]) => Math.max(0, Math.min(...values)); // 0: it sticks out already
  const left = least(all.map(({ minX }) => minX));
  const top = least(all.map(({ minY }) => minY));
  const right = least(all.map(({ maxX }) => image.width - maxX));
  const bottom = least(all.map(({ maxY }) => image.height - maxY));
  const x = Math.min(Math.max(dx, -left), right);
  const y = Math.min(Math.max(dy, -top), bottom);
  return x === 0 && y === 0 ? [] : shapes.map((from) => ({ from, to: moved(from, x, y) }));
}

/** The shift that takes one shape to another; null when its form changed too. */
export function shiftBetween(from: Shape, to: Shape): Point | null {
  const [before, after] = [ringsOf(from).flat(), ringsOf(to).flat()];
  const [first, now] = [before[0], after[0]];
  if (from.shape !== to.shape || before.length !== after.length || !first || !now) return null;
  const [dx, dy] = [now[0] - first[0], now[1] - first[1]];
  const isShifted = before.every(([x, y], index) => {
    const [toX, toY] = after[index] ?? [NaN, NaN];
    return Math.abs(toX - x - dx) < SAME_PX && Math.abs(toY - y - dy) < SAME_PX;
  });
  return isShifted ? [dx, dy] : null;
}

export function overlap(a: Bounds, b: Bounds): boolean {
  return a.minX <= b.maxX && a.maxX >= b.minX && a.minY <= b.maxY && a.maxY >= b.minY;
}

/** Whether a point lies inside the rings, holes left out. */
export function inside(rings: readonly Ring[], [x, y]: Point): boolean {
  let odd = false;
  for (const ring of rings) {
    let before = ring.at(-1);
    for (const point of ring) {
      if (before && point[1] > y !== before[1] > y) {
        const crossing = ((before[0] - point[0]) * (y - point[1])) / (before[1] - point[1]) + point[0];
        if (x < crossing) odd = !odd;
      }
      before = point;
    }
  }
  return odd;
}

/** Distance from a point to the nearest place on the rings. */
export function distanceToRings(rings: readonly Ring[], [x, y]: Point): number {
  let nearest = Infinity;
  for (const ring of rings) {
    let before = ring.at(-1);
    for (const point of ring) {
      if (before) {
        const [dx, dy] = [point[0] - before[0], point[1] - before[1]];
        const length = dx * dx + dy * dy;
        const along = length === 0 ? 0 : ((x - before[0]) * dx + (y - before[1]) * dy) / length;
        const t = Math.min(Math.max(along, 0), 1);
        nearest = Math.min(nearest, Math.hypot(x - before[0] - t * dx, y - before[1] - t * dy));
      }
      before = point;
    }
  }
  return nearest;
}
