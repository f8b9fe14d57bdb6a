/**
 * Shapes of the working contract: pixels of the stored image, origin at the top-left corner of the top-left
 * pixel. A rect is half-open: it covers the pixels x .. x + width - 1; ellipses and circles cover the pixels whose
 * centres lie in them.
 *
 * A polygon is stored as masks read it (imaging.masks): each point stands for the pixel that holds it, and the
 * pixels on its outline, the rims of its holes too, are covered. So the stored outline runs half a pixel inside
 * the edge of what it covers. What a person draws, cuts or sees is that edge: `polygonAlong` (rim.ts) stores
 * it, `ringsOf` (outlines.ts) gives it back. A polygon of whole numbers alone (VIA's, or a mask's contour) names
 * pixels: it is shown through their centres and kept as it came until somebody changes it.
 */
/**
 * From the edge to the stored outline: half a pixel, less a little, so that what is one pixel wide keeps a width.
 */
export const RIM_PX = 0.48;

export type Point = readonly [number, number];

export interface RectGeometry {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PolygonGeometry {
  readonly points: readonly Point[];
  readonly holes: readonly (readonly Point[])[];
}
export interface EllipseGeometry {
  readonly cx: number;
  readonly cy: number;
  readonly rx: number;
  readonly ry: number;
  /** Radians, counted from the x axis towards the y axis. */
  readonly theta: number;
}
export interface CircleGeometry {
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}
export type Shape =
  | { readonly shape: "rect"; readonly geometry: RectGeometry }
  | { readonly shape: "polygon"; readonly geometry: PolygonGeometry }
  | { readonly shape: "ellipse"; readonly geometry: EllipseGeometry }
  | { readonly shape: "circle"; readonly geometry: CircleGeometry };

export type Polygon = Extract<Shape, { shape: "polygon" }>;

export type Region = Shape & {
  readonly uuid: string;
  readonly lesionClass: string;
  readonly origin: string;
};

export type RectRegion = Extract<Region, { shape: "rect" }>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isPoint = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part));

const isRing = (value: unknown): value is [number, number][] =>
  Array.isArray(value) && value.length >= 3 && value.every(isPoint);

/** Reads a shape that came as JSON; null when it is none of ours or a number is missing or not finite. */
export function parseShape(shape: string, geometry: unknown): Shape | null {
  if (!isRecord(geometry)) return null;
  if (shape === "polygon") {
    const { points, holes } = geometry;
    const rings = holes === undefined || holes === null ? [] : holes;
    if (!isRing(points) || !Array.isArray(rings) || !rings.every(isRing)) return null;
    return { shape, geometry: { points, holes: rings } };
  }
  const numbers = (...names: string[]) => names.map((name) => geometry[name]);
  const finite = (values: unknown[]): values is number[] => values.every((value) => Number.isFinite(value));
  if (shape === "rect") {
    const values = numbers("x", "y", "width", "height");
    if (!finite(values)) return null;
    const [x = 0, y = 0, width = 0, height = 0] = values;
    return { shape, geometry: { x, y, width, height } };
  }
  if (shape === "ellipse") {
    const values = numbers("cx", "cy", "rx", "ry");
    if (!finite(values)) return null;
    const [cx = 0, cy = 0, rx = 0, ry = 0] = values;
    const theta = Number.isFinite(geometry["theta"]) ? (geometry["theta"] as number) : 0;
    return { shape, geometry: { cx, cy, rx, ry, theta } };
  }
  if (shape === "circle") {
    const values = numbers("cx", "cy", "r");
    if (!finite(values)) return null;
    const [cx = 0, cy = 0, r = 0] = values;
    return { shape, geometry: { cx, cy, r } };
  }
  return null;
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** Two decimals are 1/100 px: finer than anyone draws, and half the bytes to save. */
export const toHundredths = (value: number) => Math.round(value * 100) / 100;

/**
 * The shape as it is stored after a person drew or moved it: rects on whole pixels and at least one pixel,
 * polygon points to 1/100 px, all inside the image. Null when nothing of it is left.
 */
export function settle(shape: Shape, image: Size): Shape | null {
  switch (shape.shape) {
    case "rect": {
      const { x, y, width, height } = shape.geometry;
      const left = clamp(Math.round(x), 0, image.width - 1);
      const top = clamp(Math.round(y), 0, image.height - 1);
      const right = clamp(Math.round(x + width), left + 1, image.width);
      const bottom = clamp(Math.round(y + height), top + 1, image.height);
      return { shape: "rect", geometry: { x: left, y: top, width: right - left, height: bottom - top } };
    }
    case "polygon": {
      const inside = (ring: readonly Point[]): Point[] =>
        withoutRepeats(
          ring.map(([x, y]) => [
            toHundredths(clamp(x, 0, image.width)),
            toHundredths(clamp(y, 0, image.height)),
          ]),
        );
      const points = inside(shape.geometry.points);
      if (points.length < 3) return null;
      const holes = shape.geometry.holes.map(inside).filter((ring) => ring.length >= 3);
      return { shape: "polygon", geometry: { points, holes } };
    }
    case "ellipse": {
      const { cx, cy, rx, ry, theta } = shape.geometry;
      if (rx <= 0 || ry <= 0) return null;
      return {
        shape: "ellipse",
        geometry: {
          cx: toHundredths(clamp(cx, 0, image.width)),
          cy: toHundredths(clamp(cy, 0, image.height)),
          rx: toHundredths(rx),
          ry: toHundredths(ry),
          theta,
        },
      };
    }
    case "circle": {
      const { cx, cy, r } = shape.geometry;
      if (r <= 0) return null;
      return {
        shape: "circle",
        geometry: {
          cx: toHundredths(clamp(cx, 0, image.width)),
          cy: toHundredths(clamp(cy, 0, image.height)),
          r: toHundredths(r),
        },
      };
    }
  }
}

export function withoutRepeats(ring: readonly Point[]): Point[] {
  return ring.filter((point, index) => {
    const before = ring[(index + ring.length - 1) % ring.length];
    return !before || before[0] !== point[0] || before[1] !== point[1];
  });
}

/** Same kind, same numbers. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.shape === b.shape && JSON.stringify(sorted(a.geometry)) === JSON.stringify(sorted(b.geometry));
}

const sorted = (geometry: object) =>
  Object.fromEntries(Object.entries(geometry).sort(([a], [b]) => a.localeCompare(b)));

/**
 * A polygon as its mask reads it. VIA and contours of masks name pixels by whole numbers: those stand for the
 * pixels' centres, half a pixel to the right and down.
 */
export function throughCentres(shape: Polygon): Polygon {
  const { points, holes } = shape.geometry;
  const whole = [points, ...holes].every((ring) =>
    ring.every(([x, y]) => Number.isInteger(x) && Number.isInteger(y)),
  );
  return whole ? shifted(shape, 0.5, 0.5) : shape;
}

function shifted({ geometry }: Polygon, dx: number, dy: number): Polygon {
  const shift = ([x, y]: Point): Point => [x + dx, y + dy];
  const points = geometry.points.map(shift);
  return { shape: "polygon", geometry: { points, holes: geometry.holes.map((ring) => ring.map(shift)) } };
}

/** A shape shifted by whole or broken pixels. */
export function moved(shape: Shape, dx: number, dy: number): Shape {
  switch (shape.shape) {
    case "rect":
      return {
        shape: "rect",
        geometry: { ...shape.geometry, x: shape.geometry.x + dx, y: shape.geometry.y + dy },
      };
    case "polygon":
      return Number.isInteger(dx) && Number.isInteger(dy)
        ? shifted(shape, dx, dy)
        : shifted(throughCentres(shape), dx, dy);
    case "ellipse":
      return {
        shape: "ellipse",
        geometry: { ...shape.geometry, cx: shape.geometry.cx + dx, cy: shape.geometry.cy + dy },
      };
    case "circle":
      return {
        shape: "circle",
        geometry: { ...shape.geometry, cx: shape.geometry.cx + dx, cy: shape.geometry.cy + dy },
      };
  }
}
