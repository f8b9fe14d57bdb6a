import { describe, expect, it } from "vitest";
import { boundsOfRing, ringsOf } from "@/surface/outlines";
import { polygonAlong } from "@/surface/rim";
import { moved, type Point, type Polygon } from "@/surface/shapes";

const polygon = (points: readonly Point[]): Polygon => ({
  shape: "polygon",
  geometry: { points, holes: [] },
});
const square = polygon([
  [10, 10],
  [20, 10],
  [20, 20],
  [10, 20],
]);
const edge = (shape: Polygon) => boundsOfRing(ringsOf(shape)[0] ?? []);

describe("a polygon of whole numbers, as VIA writes it", () => {
  it("is shown around the pixels that its mask covers: 10 to 20, both included", () => {
    const { minX, minY, maxX, maxY } = edge(square);

    for (const start of [minX, minY]) expect(start).toBeCloseTo(10, 1);
    for (const end of [maxX, maxY]) expect(end).toBeCloseTo(21, 1);
  });

  it("is stored as it came while nobody changes it", () => {
    expect(polygonAlong(ringsOf(square), square)).toBe(square);
  });

  it("goes where it is moved, by whole pixels or parts of them", () => {
    expect(edge(moved(square, 3, 0) as Polygon).minX).toBeCloseTo(edge(square).minX + 3);
    expect(edge(moved(square, 0.3, 0) as Polygon).minX).toBeCloseTo(edge(square).minX + 0.3);
    expect((moved(square, 3, 0) as Polygon).geometry.points[0]).toEqual([13, 10]);
  });

  it("is one like any other as soon as a point lies between two pixels", () => {
    const drawn = polygon([
      [10.48, 10.48],
      [20.52, 10.48],
      [20.52, 20.52],
      [10, 20],
    ]);

    expect(edge(drawn).maxX).toBeCloseTo(21, 1);
  });
});
