import { describe, expect, it } from "vitest";
import { cut, untangled } from "@/surface/cutting";
import { MAX_ERROR_PX, simplified } from "@/surface/freehand";
import { hit, within, type Target } from "@/surface/hits";
import {
  areaOf,
  boundsOfShape,
  distanceToRings,
  inside,
  movedInside,
  ringArea,
  ringsOf,
  shiftBetween,
} from "@/surface/outlines";
import type { Point, Shape } from "@/surface/shapes";

const square = (x: number, y: number, side: number): Shape => ({
  shape: "rect",
  geometry: { x, y, width: side, height: side },
});
const circle = (cx: number, cy: number, r: number): Shape => ({ shape: "circle", geometry: { cx, cy, r } });
const target = (uuid: string, shape: Shape): Target => ({
  uuid,
  bounds: boundsOfShape(shape),
  rings: ringsOf(shape),
  area: areaOf(shape),
});
const handDrawn = (r: number, count: number): Point[] =>
  Array.from({ length: count }, (_, index): Point => {
    const angle = (2 * Math.PI * index) / count;
    return [50 + r * Math.cos(angle), 50 + r * Math.sin(angle)];
  });

describe("outlines", () => {
  it("keep the area of the curve they stand for, however small", () => {
    for (const r of [1, 3, 40, 900]) {
      const rings = ringsOf(circle(0, 0, r));
      expect(ringArea(rings[0] ?? []) / (Math.PI * r * r)).toBeCloseTo(1, 6);
    }
  });

  it("turn outlines and holes opposite ways, whichever way they were drawn", () => {
    const outer: Point[] = [
      [0, 0],
      [0, 10],
      [10, 10],
      [10, 0],
    ];
    const hole: Point[] = [
      [2, 2],
      [4, 2],
      [4, 4],
      [2, 4],
    ];
    const shape: Shape = { shape: "polygon", geometry: { points: outer, holes: [hole] } };

    expect(ringsOf(shape).map((ring) => Math.sign(ringArea(ring)))).toEqual([1, -1]);
    expect(areaOf(shape)).toBeCloseTo(120, -1); // edges: half a pixel around, and into the hole
    expect(inside(ringsOf(shape), [3, 3])).toBe(false);
    expect(inside(ringsOf(shape), [6, 6])).toBe(true);
  });
});

describe("freehand", () => {
  it("keeps the area of a lesion of 3 px radius", () => {
    const kept = simplified(handDrawn(3, 60));

    expect(kept.length).toBeLessThan(60);
    expect(Math.abs(ringArea(kept)) / (Math.PI * 9)).toBeGreaterThan(0.98);
  });

  it("leaves no drawn point more than 0.3 px off, with far fewer corners", () => {
    const drawn = handDrawn(120, 900);
    const kept = simplified(drawn);

    expect(kept.length).toBeLessThan(120);
    const worst = Math.max(...drawn.map((point) => distanceToRings([kept], point)));
    expect(worst).toBeLessThanOrEqual(MAX_ERROR_PX);
  });
});

describe("cutting", () => {
  it("makes a hole where the knife lies inside", () => {
    const [left, ...others] = cut(square(0, 0, 100), circle(50, 50, 10)) ?? [];

    expect(others).toEqual([]);
    expect(left?.geometry.holes).toHaveLength(1);
    expect(left ? areaOf(left) : 0).toBeCloseTo(10_000 - Math.PI * 100, 0);
  });

  it("makes two parts where the knife goes through", () => {
    const knife: Shape = { shape: "rect", geometry: { x: 40, y: -5, width: 20, height: 110 } };
    const parts = cut(square(0, 0, 100), knife) ?? [];

    expect(parts.map((part) => Math.round(areaOf(part)))).toEqual([4000, 4000]);
  });

  it("leaves nothing of what lies under the knife, and tells when they don't meet", () => {
    expect(cut(square(10, 10, 5), square(0, 0, 100))).toEqual([]);
    expect(cut(square(0, 0, 5), square(50, 50, 5))).toBeNull();
  });

  it("makes a line that crosses itself into parts that don't", () => {
    const eight: Point[] = [
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ];

    expect(untangled(eight).map((part) => Math.round(areaOf(part)))).toEqual([25, 25]);
  });
});

describe("a click", () => {
  const large = target("large", square(0, 0, 400));
  const small = target("small", circle(200, 200, 3));

  it.each([0.05, 0.2, 1, 16])("finds a lesion of 3 px radius at its centre at zoom %s", (zoom) => {
    expect(hit([large, small], [200, 200], zoom)).toBe("small");
    expect(hit([small, large], [200, 200], zoom)).toBe("small");
  });

  it("does not reach far from a small lesion once it is large on the screen", () => {
    expect(hit([small], [204, 200], 16)).toBeNull();
    expect(hit([large, small], [206, 200], 16)).toBe("large");
  });

  it("leaves holes alone", () => {
    const [ring] = cut(square(0, 0, 400), square(100, 100, 200)) ?? [];
    expect(ring && hit([target("ring", ring)], [200, 200], 1)).toBeNull();
  });

  it("takes what lies wholly in a box", () => {
    expect(within([large, small], { minX: 190, minY: 190, maxX: 210, maxY: 210 })).toEqual(["small"]);
  });
});

describe("shifting", () => {
  const image = { width: 100, height: 80 };
  const square = (x: number, y: number): Shape => ({
    shape: "polygon",
    geometry: {
      points: [
        [x, y],
        [x + 10, y],
        [x + 10, y + 10],
      ],
      holes: [],
    },
  });

  it("stops all shapes together where the first of them touches the edge", () => {
    const rect = (x: number): Shape => ({ shape: "rect", geometry: { x, y: 40, width: 5, height: 5 } });

    const shifted = movedInside([rect(5), rect(50)], [-10, 3], image).map(({ to }) => to);

    expect(shifted.map(boundsOfShape)).toMatchObject([
      { minX: 0, minY: 43 },
      { minX: 45, minY: 43 },
    ]);
    expect(movedInside([square(0, 70)], [-10, 10], image)).toEqual([]);
  });

  it("lets what sticks out come back, and not go farther out", () => {
    const out: Shape = { shape: "ellipse", geometry: { cx: 3, cy: 40, rx: 5, ry: 5, theta: 0 } };

    expect(movedInside([out], [-1, 0], image)).toEqual([]);
    expect(movedInside([out], [1, 0], image)[0]?.to).toMatchObject({ geometry: { cx: 4 } });
  });

  it("is told from a change of form", () => {
    const by = shiftBetween(square(5, 6), square(7, 3));
    expect(by?.map((px) => Math.round(px * 1000))).toEqual([2000, -3000]);
    const wider: Shape = { shape: "rect", geometry: { x: 0, y: 0, width: 11, height: 10 } };
    expect(shiftBetween({ ...wider, geometry: { ...wider.geometry, width: 10 } }, wider)).toBeNull();
  });
});
