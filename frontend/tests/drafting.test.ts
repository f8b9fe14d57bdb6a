import { describe, expect, it } from "vitest";
import { newUuid } from "@/lib/uuid";
import { closes, finished, withCorner, withoutLastCorner, withStroke, type Draft } from "@/surface/drafting";
import { areaOf, distanceToRings, ringsOf } from "@/surface/outlines";
import type { Point } from "@/surface/shapes";

const TRIANGLE = [
  [100, 100],
  [140, 100],
  [120, 130],
] as const;

describe("drawing a polygon", () => {
  it("closes on its first corner, once it has three", () => {
    expect(closes(TRIANGLE, [103, 102], 1)).toBe(true);
    expect(closes(TRIANGLE.slice(0, 2), [100, 100], 1)).toBe(false);
    expect(closes(TRIANGLE, [120, 115], 1)).toBe(false);
  });

  it("lets a microaneurysm of 3 px be drawn corner by corner", () => {
    const small = [
      [10, 7],
      [13, 10],
      [10, 13],
    ] as const;

    expect(closes(small, [7, 10], 2)).toBe(false);
    const [shape] = finished({ kind: "polygon", points: small, cursor: [7, 10] }, 2);
    for (const corner of small)
      expect(distanceToRings(shape ? ringsOf(shape) : [], corner)).toBeLessThan(0.25);
  });

  it("ignores the second half of a double click", () => {
    expect(withCorner(TRIANGLE, [120, 130], 1)).toMatchObject({ points: TRIANGLE });
  });

  it("takes corners back one by one until nothing is left", () => {
    const draft = withoutLastCorner({ kind: "polygon", points: TRIANGLE, cursor: [0, 0] });

    expect(draft).toMatchObject({ points: TRIANGLE.slice(0, 2) });
    expect(withoutLastCorner({ kind: "polygon", points: [[1, 1]], cursor: [0, 0] })).toBeNull();
  });
});

describe("drawing a rectangle", () => {
  it("may start at any corner", () => {
    expect(finished({ kind: "rect", from: [9, 8], to: [5, 2] }, 1)).toEqual([
      { shape: "rect", geometry: { x: 5, y: 2, width: 4, height: 6 } },
    ]);
  });

  it("keeps a lesion of 3 by 3 px drawn at high zoom, and drops a slip", () => {
    expect(finished({ kind: "rect", from: [5, 5], to: [8, 8] }, 8)).toHaveLength(1);
    expect(finished({ kind: "rect", from: [5, 5], to: [6, 6] }, 0.5)).toEqual([]);
  });

  it("makes nothing smaller than a pixel, however far one has zoomed in", () => {
    for (const kind of ["rect", "ellipse"] as const) {
      expect(finished({ kind, from: [5, 5], to: [5.4, 5.3] }, 64)).toEqual([]);
    }
  });
});

describe("drawing by hand", () => {
  const stroke = (points: readonly Point[]) =>
    points.reduce<Draft>((draft, at) => (draft.kind === "freehand" ? withStroke(draft, at, 8) : draft), {
      kind: "freehand",
      points: [],
    });
  const round = Array.from({ length: 80 }, (_, index): Point => {
    const angle = (2 * Math.PI * index) / 80;
    return [20 + 3 * Math.cos(angle), 20 + 3 * Math.sin(angle)];
  });

  it("keeps a lesion of 3 px radius as large as it was drawn", () => {
    const [shape, ...others] = finished(stroke(round), 8);

    expect(others).toEqual([]);
    expect(shape ? areaOf(shape) / (Math.PI * 9) : 0).toBeCloseTo(1, 1);
  });

  it("makes an ellipse of the box it was drawn in", () => {
    expect(finished({ kind: "ellipse", from: [10, 10], to: [16, 14] }, 8)).toEqual([
      { shape: "ellipse", geometry: { cx: 13, cy: 12, rx: 3, ry: 2, theta: 0 } },
    ]);
  });

  it("drops the little loop where a stroke overshoots its beginning", () => {
    const overshooting: Point[] = [
      [20, 20],
      [60, 20],
      [60, 60],
      [20, 60],
      [20, 18],
      [22, 22],
    ];

    expect(finished(stroke(overshooting), 1)).toHaveLength(1);
  });

  it("makes nothing of a stray click", () => {
    expect(
      finished(
        stroke([
          [20, 20],
          [20, 20.01],
        ]),
        8,
      ),
    ).toEqual([]);
  });
});

describe("ids of regions", () => {
  it("are version 4 UUIDs where the browser offers no randomUUID", () => {
    const { randomUUID } = crypto;
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    const id = newUuid();
    Object.defineProperty(crypto, "randomUUID", { value: randomUUID, configurable: true });

    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
