import { describe, expect, it } from "vitest";
import { bestPoints, frocOf, reliabilityOf } from "@/pages/models/curves";

const score = { value: 0.8, low: 0.7, high: 0.9 };

describe("a card's curves", () => {
  it("draws probability against what was so, for each thing the classifier says", () => {
    const reliability = {
      bins: [{ images: 4, probability: 0.2, observed: 0.25 }],
      ece: { value: 0.05, low: 0.01, high: 0.1 },
      brier: score,
    };
    const found = reliabilityOf({ test: { reliability, referable: { reliability } } });
    expect(found.map(({ of }) => of)).toEqual(["DR", "referable DR"]);
    expect(found[0]?.bins).toEqual(reliability.bins);
  });

  it("draws lesions found against false alarms and says what the threshold gives", () => {
    const part = {
      lesions: 12,
      points: [
        { threshold: 0.9, sensitivity: 0.4, false_per_image: 0.5 },
        { threshold: 0.1, sensitivity: 1, false_per_image: 500 },
      ],
      at_threshold: { sensitivity: score, false_per_image: { value: 2, low: 1, high: 3 } },
    };
    const froc = frocOf({ test: { froc: { rule: "R", classes: { HE: part } } } }, () => "Hemorrhage");
    expect(froc?.series).toEqual([{ name: "Hemorrhage", values: [[0.5, 0.4]] }]); // 500 is past reading
    expect(froc?.sentences[0]).toBe(
      "Hemorrhage: finds 0.8 (0.7 to 0.9) of 12 lesions with 2 (1 to 3) false alarms an image.",
    );
  });

  it("leaves out thresholds that find no more lesions for more false alarms", () => {
    const points: [number, number][] = [
      [0.5, 0.4],
      [2, 0.8],
      [3, 0.6],
      [2, 0.7],
    ];
    expect(bestPoints(points)).toEqual([
      [0.5, 0.4],
      [2, 0.8],
    ]);
  });

  it("has none for cards that were written before", () => {
    expect(reliabilityOf({ test: { at_threshold: {} } })).toEqual([]);
    expect(frocOf({ test: { classes: {} } }, (code) => code)).toBeNull();
  });
});
