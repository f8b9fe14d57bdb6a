/** Between the contract's shapes and Annotorious' selectors, which follow a polygon's edge. Pure; image pixels. */
import { ringsOf } from "./outlines";
import { polygonAlong } from "./rim";
import type { EllipseGeometry, Point, Shape } from "./shapes";

export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}
interface Ring {
  readonly points: Point[];
}
export type Selector =
  | {
      readonly type: "RECTANGLE";
      readonly geometry: { x: number; y: number; w: number; h: number; rot?: number; bounds: Bounds };
    }
  | { readonly type: "POLYGON"; readonly geometry: { points: Point[]; bounds: Bounds } }
  | {
      readonly type: "MULTIPOLYGON";
      readonly geometry: { polygons: { rings: Ring[]; bounds: Bounds }[]; bounds: Bounds };
    }
  | {
      readonly type: "ELLIPSE";
      readonly geometry: { cx: number; cy: number; rx: number; ry: number; bounds: Bounds };
    };

/** Corners that stand in for a turned ellipse, which Annotorious can't show. */
const ELLIPSE_CORNERS = 64;

export function boundsOf(points: readonly Point[]): Bounds {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
}

export function toSelector(shape: Shape): Selector {
  switch (shape.shape) {
    case "rect": {
      const { x, y, width, height } = shape.geometry;
      const bounds = { minX: x, minY: y, maxX: x + width, maxY: y + height };
      return { type: "RECTANGLE", geometry: { x, y, w: width, h: height, rot: 0, bounds } };
    }
    case "polygon": {
      const [outer = [], ...holes] = ringsOf(shape);
      const points = [...outer];
      const bounds = boundsOf(points);
      if (holes.length === 0) return { type: "POLYGON", geometry: { points, bounds } };
      const rings = [{ points }, ...holes.map((ring) => ({ points: [...ring] }))];
      return { type: "MULTIPOLYGON", geometry: { polygons: [{ rings, bounds }], bounds } };
    }
    case "ellipse":
      return ellipseSelector(shape.geometry);
    case "circle": {
      const { cx, cy, r } = shape.geometry;
      return ellipseSelector({ cx, cy, rx: r, ry: r, theta: 0 });
    }
  }
}

function ellipseSelector(ellipse: Readonly<EllipseGeometry>): Selector {
  const { cx, cy, rx, ry, theta } = ellipse;
  if (theta === 0) {
    const bounds = { minX: cx - rx, minY: cy - ry, maxX: cx + rx, maxY: cy + ry };
    return { type: "ELLIPSE", geometry: { cx, cy, rx, ry, bounds } };
  }
  const points = ellipseCorners(ellipse);
  return { type: "POLYGON", geometry: { points, bounds: boundsOf(points) } };
}

export function ellipseCorners({ cx, cy, rx, ry, theta }: Readonly<EllipseGeometry>): Point[] {
  const [cos, sin] = [Math.cos(theta), Math.sin(theta)];
  return Array.from({ length: ELLIPSE_CORNERS }, (_, index): Point => {
    const angle = (2 * Math.PI * index) / ELLIPSE_CORNERS;
    const [u, v] = [rx * Math.cos(angle), ry * Math.sin(angle)];
    return [cx + u * cos - v * sin, cy + u * sin + v * cos];
  });
}

/**
 * The shape that Annotorious now shows. `before` is what we gave it, so that a circle that only moved stays
 * a circle, and a turned ellipse that nobody touched stays one. Null: a kind that we do not keep.
 */
export function fromSelector(selector: Selector, before?: Shape): Shape | null {
  switch (selector.type) {
    case "RECTANGLE": {
      const { x, y, w, h, rot = 0 } = selector.geometry;
      if (rot !== 0) return turnedRect(x, y, w, h, rot);
      return { shape: "rect", geometry: { x, y, width: w, height: h } };
    }
    case "POLYGON": {
      const points = selector.geometry.points.map(([x, y]): Point => [x, y]);
      if (before?.shape === "ellipse" && isSameRing(points, ellipseCorners(before.geometry))) return before;
      return polygonAlong([points], polygonOnly(before));
    }
    case "MULTIPOLYGON": {
      const [first, ...others] = selector.geometry.polygons;
      if (!first || others.length > 0) return null;
      const rings = first.rings.map((ring) => ring.points.map(([x, y]): Point => [x, y]));
      return rings.length > 0 ? polygonAlong(rings, polygonOnly(before)) : null;
    }
    case "ELLIPSE": {
      const { cx, cy, rx, ry } = selector.geometry;
      if (before?.shape === "circle" && Math.abs(rx - ry) < 1e-6) {
        return { shape: "circle", geometry: { cx, cy, r: rx } };
      }
      return { shape: "ellipse", geometry: { cx, cy, rx, ry, theta: 0 } };
    }
    default:
      return null;
  }
}

const polygonOnly = (shape?: Shape) => (shape?.shape === "polygon" ? shape : undefined);

const isSameRing = (a: readonly Point[], b: readonly Point[]) =>
  a.length === b.length && a.every(([x, y], index) => x === b[index]?.[0] && y === b[index][1]);

function turnedRect(x: number, y: number, w: number, h: number, rot: number): Shape {
  const [cx, cy, cos, sin] = [x + w / 2, y + h / 2, Math.cos(rot), Math.sin(rot)];
  const corner = (u: number, v: number): Point => [cx + u * cos - v * sin, cy + u * sin + v * cos];
  const points = [corner(-w / 2, -h / 2), corner(w / 2, -h / 2), corner(w / 2, h / 2), corner(-w / 2, h / 2)];
  return polygonAlong([points]);
}
