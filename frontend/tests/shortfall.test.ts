import { describe, expect, test } from "vitest";
import { shortfall } from "@/pages/models/shortfall";

const RULE = "highest with sensitivity of at least 0.95";
const recall = (value: number) => ({ at_threshold: { recall: { value, low: value - 0.1, high: 1 } } });
const metrics = {
  test: { ...recall(0.8378), images: 56, positives: 37, referable: { ...recall(0.971), positives: 34 } },
};

describe("a threshold chosen for a sensitivity", () => {
  test("says so when the test images show less, with interval and number of images", () => {
    expect(shortfall("DR", RULE, metrics)).toBe(
      "On the held-out test images it reached less than the 0.95 aimed at: sensitivity 0.838 (95 % interval 0.738 to 1; 37 images with DR).",
    );
  });

  test("is judged on what it decides, and says nothing when that was reached", () => {
    expect(shortfall("REF", RULE, metrics)).toBe("");
    const worse = { test: { ...metrics.test, referable: { ...recall(0.9), positives: 1 } } };
    expect(shortfall("REF", RULE, worse)).toContain("1 image with referable DR");
  });

  test("is not judged without an aim, or without test images", () => {
    expect(shortfall("HE", "best pooled Dice", metrics)).toBe("");
    expect(shortfall("DR", "best pooled Dice", metrics)).toBe("");
    expect(shortfall("DR", RULE, { validation: metrics.test })).toBe("");
    expect(shortfall("DR", RULE, null)).toBe("");
  });
});
