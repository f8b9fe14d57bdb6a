import { describe, expect, test } from "vitest";
import { kappaInWords } from "../src/pages/agreement/kappa";
import { outlineOf } from "../src/pages/agreement/outline";

describe("outlines of compared lesions", () => {
  test("a rectangle runs around its four sides", () => {
    expect(outlineOf("rect", { x: 3, y: 4, width: 10, height: 5 })).toBe("M3 4h10v5h-10Z");
  });

  test("a polygon closes its outline and each hole", () => {
    const points = [
      [0, 0],
      [8, 0],
      [8, 8],
    ];
    const hole = [
      [4, 1],
      [6, 1],
      [6, 3],
    ];
    expect(outlineOf("polygon", { points, holes: [hole] })).toBe("M0 0L8 0L8 8ZM4 1L6 1L6 3Z");
  });

  test("a circle is two halves between its leftmost and rightmost point", () => {
    expect(outlineOf("circle", { cx: 10, cy: 20, r: 5 })).toBe("M5 20A5 5 0 0 1 15 20A5 5 0 0 1 5 20Z");
  });

  test("an ellipse is turned by its angle", () => {
    const path = outlineOf("ellipse", { cx: 0, cy: 0, rx: 10, ry: 4, theta: Math.PI / 2 });
    const [x, y] = path.slice(1).split(/[ A]/).map(Number);
    expect(x).toBeCloseTo(0);
    expect(y).toBeCloseTo(-10);
    expect(path).toContain("A10 4 90 0 1");
  });

  test("a shape of an unknown kind or without numbers does not throw", () => {
    expect(outlineOf("star", null)).toContain("M0 0");
  });
});

test("kappa is told from ten images on", () => {
  expect(kappaInWords(0, 1)).toBe("not enough images");
  expect(kappaInWords(0.42, 9)).toBe("not enough images");
  expect(kappaInWords(0.42, 10)).toBe("0.42");
  expect(kappaInWords(null, 12)).toBe("not defined");
});
