import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromSelector, toSelector } from "@/surface/convert";
import { cut } from "@/surface/cutting";
import { finished, type Draft } from "@/surface/drafting";
import { areaOf, boundsOfShape, distanceToRings, ringsOf } from "@/surface/outlines";
import { polygonAlong } from "@/surface/rim";
import { settle, type Point, type Shape } from "@/surface/shapes";

const ZOOM = 8;
const IMAGE = { width: 100, height: 100 };

const rect = (x: number, y: number, width: number, height: number): Shape => ({
  shape: "rect",
  geometry: { x, y, width, height },
});
const circle = (cx: number, cy: number, r: number): Shape => ({ shape: "circle", geometry: { cx, cy, r } });
const round = (r: number): Point[] =>
  Array.from({ length: 60 }, (_, index): Point => {
    const angle = (2 * Math.PI * index) / 60;
    return [50.3 + r * Math.cos(angle), 50.6 + r * Math.sin(angle)];
  });
const settled = (shapes: readonly Shape[] | null): Shape[] =>
  (shapes ?? []).flatMap((shape) => settle(shape, IMAGE) ?? []);
const drawn = (draft: Draft) => settled(finished(draft, ZOOM));
const byHand = (r: number) => drawn({ kind: "freehand", points: round(r) });
const clicked = (points: readonly Point[]) => drawn({ kind: "polygon", points, cursor: [0, 0] });

const FLAME: readonly Point[] = [
  [10, 10],
  [40, 12],
  [41, 12.6],
  [40, 13],
  [10, 10.7],
];
const lessColumnByColumn = (columns: number): Shape[] =>
  Array.from({ length: columns }).reduce<Shape[]>(
    (left, _, index) => left.flatMap((shape) => settled(cut(shape, rect(15 - index, 5, 20, 20)))),
    [rect(10, 10, 6, 6)],
  );

/** By the names that the file has; its masks are tested in tests/imaging/test_browser_outlines.py. */
const DRAWINGS: Record<string, () => Shape[]> = {
  "a circle of 3 px radius by hand": () => byHand(3),
  "a circle of 6 px radius by hand": () => byHand(6),
  "a square of 6 px without its last column": () => lessColumnByColumn(1),
  "a square of 6 px without its last 4 columns, cut one by one": () => lessColumnByColumn(4),
  "a square of 6 px of which one column is left": () => lessColumnByColumn(5),
  "a square of 8 px with a hole of 2 px": () => settled(cut(rect(10, 10, 8, 8), rect(12, 12, 2, 2))),
  "a frame of one pixel": () => settled(cut(rect(10, 10, 5, 5), rect(11, 11, 3, 3))),
  "half a circle of 10 px radius": () => settled(cut(circle(50, 50, 10), rect(50, 0, 50, 100))),
  "a slanting flame of less than a pixel": () => clicked(FLAME),
};
const STORED = JSON.parse(
  readFileSync(new URL("../../tests/imaging/browser_outlines.json", import.meta.url), "utf8"),
) as Record<string, { shapes: Shape[] }>;

describe("what is drawn", () => {
  it.each(Object.keys(DRAWINGS))("is stored as the file for the masks has it: %s", (name) => {
    expect(DRAWINGS[name]?.()).toEqual(STORED[name]?.shapes);
  });

  it.each([0.7, 1, 3, 6, 20])("is seen where it was drawn: a circle of %s px radius", (r) => {
    const [shape] = byHand(r);

    const rings = shape ? ringsOf(shape) : [];
    const farthest = Math.max(...round(r).map((point) => distanceToRings(rings, point)));
    expect(farthest).toBeLessThan(0.35);
    expect(shape ? areaOf(shape) / (Math.PI * r * r) : 0).toBeCloseTo(1, 1);
  });

  it("is seen where it was cut, and is not moved by cutting elsewhere", () => {
    const [left] = lessColumnByColumn(4);

    const { minX, minY, maxX, maxY } = boundsOfShape(left ?? circle(0, 0, 1));
    for (const [seen, cutAt] of [
      [minX, 10],
      [minY, 10],
      [maxX, 12],
      [maxY, 16],
    ] as const) {
      expect(seen).toBeCloseTo(cutAt, 1);
    }
  });

  it("keeps an outline that crosses itself as it is, so that the checks can tell", () => {
    const bow: Point[] = [
      [10, 10],
      [30, 30],
      [30, 10],
      [10, 30],
    ];

    expect(clicked(bow)).toHaveLength(1);
  });
});

describe("an edited outline", () => {
  const [outline] = byHand(6);
  const region = outline ?? circle(0, 0, 1);

  it("keeps its numbers where nobody touched it", () => {
    const selector = toSelector(region);
    if (selector.type !== "POLYGON" || region.shape !== "polygon") throw new Error("no polygon");
    const points = selector.geometry.points.map(([x, y], index): Point =>
      index === 8 ? [x + (x - 50.3) / 4, y + (y - 50.6) / 4] : [x, y],
    );

    const after = polygonAlong([points], region).geometry.points;

    const before = region.geometry.points;
    expect(after).toHaveLength(before.length);
    const changed = after.flatMap((point, index) =>
      point[0] === before[index]?.[0] && point[1] === before[index][1] ? [] : [index],
    );
    expect(changed).toEqual([7, 8, 9]); // a side has two ends
  });

  it("keeps its form when it is moved", () => {
    const selector = toSelector(region);
    if (selector.type !== "POLYGON" || region.shape !== "polygon") throw new Error("no polygon");
    const points = selector.geometry.points.map(([x, y]): Point => [x + 7, y - 3]);

    const after = fromSelector({ ...selector, geometry: { ...selector.geometry, points } }, region);

    expect(after && settle(after, IMAGE)).toEqual({
      shape: "polygon",
      geometry: {
        points: region.geometry.points.map(([x, y]) => [
          Math.round((x + 7) * 100) / 100,
          Math.round((y - 3) * 100) / 100,
        ]),
        holes: [],
      },
    });
  });
});
