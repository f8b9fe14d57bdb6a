import { describe, expect, it } from "vitest";
import { fromSelector, toSelector } from "@/surface/convert";
import { parseShape, sameShape, settle, type Shape } from "@/surface/shapes";

const SHAPES: readonly Shape[] = [
  { shape: "rect", geometry: { x: 10, y: 20, width: 30, height: 1 } },
  { shape: "rect", geometry: { x: 10.5, y: 20.25, width: 3.125, height: 4 } },
  {
    shape: "polygon",
    geometry: {
      points: [
        [0, 0],
        [6.5, 0.25],
        [3, 5.75],
      ],
      holes: [],
    },
  },
  {
    shape: "polygon",
    geometry: {
      points: [
        [0, 0],
        [40, 0],
        [40, 40],
        [0, 40],
      ],
      holes: [
        [
          [10, 10],
          [20, 10],
          [15, 20],
        ],
      ],
    },
  },
  { shape: "ellipse", geometry: { cx: 50, cy: 40, rx: 12, ry: 3, theta: 0 } },
  { shape: "ellipse", geometry: { cx: 50, cy: 40, rx: 12, ry: 3, theta: 0.7 } },
  { shape: "circle", geometry: { cx: 7, cy: 8, r: 3 } },
];

describe("shapes to Annotorious and back", () => {
  it.each(SHAPES)("returns the same $shape, to the last digit", (shape) => {
    const back = fromSelector(toSelector(shape), shape);

    expect(back && sameShape(back, shape)).toBe(true);
  });

  it("keeps a microaneurysm of radius 3 px as large as it was drawn", () => {
    const points = Array.from({ length: 16 }, (_, index): [number, number] => [
      100 + 3 * Math.cos((index * Math.PI) / 8),
      100 + 3 * Math.sin((index * Math.PI) / 8),
    ]);
    const shape: Shape = { shape: "polygon", geometry: { points, holes: [] } };

    const back = fromSelector(toSelector(shape));
    const corners = back?.shape === "polygon" ? back.geometry.points : [];
    expect(corners).toHaveLength(16);
    corners.forEach(([x, y], index) => {
      expect(Math.hypot(x - (points[index]?.[0] ?? NaN), y - (points[index]?.[1] ?? NaN))).toBeLessThan(0.02);
    });
  });

  it("turns a moved circle into a circle and a stretched one into an ellipse", () => {
    const circle: Shape = { shape: "circle", geometry: { cx: 7, cy: 8, r: 3 } };
    const bounds = { minX: 0, minY: 0, maxX: 1, maxY: 1 };

    expect(
      fromSelector({ type: "ELLIPSE", geometry: { cx: 9, cy: 8, rx: 3, ry: 3, bounds } }, circle),
    ).toEqual({
      shape: "circle",
      geometry: { cx: 9, cy: 8, r: 3 },
    });
    expect(
      fromSelector({ type: "ELLIPSE", geometry: { cx: 9, cy: 8, rx: 5, ry: 3, bounds } }, circle)?.shape,
    ).toBe("ellipse");
  });

  it("turns a rotated rectangle into its polygon", () => {
    const bounds = { minX: 0, minY: 0, maxX: 4, maxY: 2 };
    const turned = fromSelector({
      type: "RECTANGLE",
      geometry: { x: 0, y: 0, w: 4, h: 2, rot: Math.PI / 2, bounds },
    });

    expect(turned?.shape).toBe("polygon");
    const xs = turned?.shape === "polygon" ? turned.geometry.points.map(([x]) => Math.round(x)) : [];
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([1, 3]);
  });
});

describe("settling a drawn shape", () => {
  const image = { width: 100, height: 80 };

  it("puts rectangles on whole pixels, at least one pixel large", () => {
    expect(settle({ shape: "rect", geometry: { x: 3.4, y: 3.6, width: 0.2, height: 10 } }, image)).toEqual({
      shape: "rect",
      geometry: { x: 3, y: 4, width: 1, height: 10 },
    });
  });

  it("clips at the image's border", () => {
    expect(settle({ shape: "rect", geometry: { x: -5, y: 70, width: 200, height: 50 } }, image)).toEqual({
      shape: "rect",
      geometry: { x: 0, y: 70, width: 100, height: 10 },
    });
  });

  it("drops repeated points, and the polygon when fewer than three are left", () => {
    const line: Shape = {
      shape: "polygon",
      geometry: {
        points: [
          [1, 1],
          [1, 1],
          [9, 9],
        ],
        holes: [],
      },
    };

    expect(settle(line, image)).toBeNull();
  });
});

describe("reading shapes from JSON", () => {
  it("takes a polygon without holes", () => {
    const points = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];

    expect(parseShape("polygon", { points })).toEqual({ shape: "polygon", geometry: { points, holes: [] } });
  });

  it.each([
    ["an unknown shape", "spiral", { x: 1 }],
    ["a missing number", "rect", { x: 1, y: 2, width: 3 }],
    ["a number that is none", "circle", { cx: 1, cy: Number.NaN, r: 2 }],
    [
      "two points",
      "polygon",
      {
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
    ["no object", "rect", null],
  ])("refuses %s", (_, shape, geometry) => {
    expect(parseShape(shape, geometry)).toBeNull();
  });
});
