import { describe, expect, it } from "vitest";
import { newUuid } from "@/lib/uuid";
import { closes, finished, withCorner, withoutLastCorner } from "@/surface/drafting";

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
    expect(finished({ kind: "polygon", points: small, cursor: [7, 10] }, 2)?.geometry).toMatchObject({
      points: small,
    });
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
    expect(finished({ kind: "rect", from: [9, 8], to: [5, 2] }, 1)).toEqual({
      shape: "rect",
      geometry: { x: 5, y: 2, width: 4, height: 6 },
    });
  });

  it("keeps a lesion of 3 by 3 px drawn at high zoom, and drops a slip", () => {
    expect(finished({ kind: "rect", from: [5, 5], to: [8, 8] }, 8)).not.toBeNull();
    expect(finished({ kind: "rect", from: [5, 5], to: [6, 6] }, 0.5)).toBeNull();
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
