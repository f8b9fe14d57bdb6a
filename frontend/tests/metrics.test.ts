import { describe, expect, it } from "vitest";
import { foldScores } from "@/pages/models/metrics";
import { settingLines } from "@/pages/training/settings";

const score = (value: number | null) => ({ value, low: value, high: value });

describe("a segmenter's scores", () => {
  const scores = { dice: score(0.7), iou: score(0.5), recall: score(null) };
  const fold = { classes: { HE: scores, EX: scores }, mean: { dice: 0.7 }, images: { HE: 4, EX: 3 } };

  it("are a row per class and their mean, test images first", () => {
    const [test, train] = foldScores({ train: fold, test: fold });

    expect([test?.fold, train?.fold]).toEqual(["test", "train"]);
    expect(test?.columns.slice(0, 2)).toEqual(["dice", "iou"]);
    expect(test?.rows.map(({ key }) => key)).toEqual(["HE", "EX", "mean"]);
    expect(test?.rows[0]?.scores[0]).toEqual(score(0.7));
    expect(test?.images).toBe(4);
  });
});

it("on other data stand beside what plain brightness reaches, class by class", () => {
  const part = {
    classes: { HE: { aupr: score(0.7) }, MA: { aupr: score(null) } },
    baseline: { HE: score(0.2), MA: score(null) },
    over_baseline: { HE: score(0.5), MA: score(null) },
  };

  expect(foldScores({ elsewhere: part })[0]?.plain).toEqual([
    { key: "HE", aupr: score(0.2), more: score(0.5) },
  ]);
});

describe("a classifier's scores", () => {
  it("are a row per score and a column per threshold", () => {
    const cut = { auc: score(0.9), accuracy: score(0.8) };

    const [test] = foldScores({ test: { at_threshold: cut, at_half: cut, images: 12, dr: 5 } });

    expect(test?.columns).toEqual(["at_threshold", "at_half"]);
    expect(test?.rows.map(({ key }) => key)).toEqual(["auc", "accuracy"]);
    expect([test?.images, test?.positives]).toEqual([12, 5]);
  });

  it("are two tables where referable DR is scored too, each with what colours alone tell", () => {
    const part = {
      at_threshold: { auc: score(0.9) },
      baseline: { auc: score(0.7) },
      over_baseline: { auc: score(0.2) },
      images: 12,
      positives: 5,
    };

    const [dr, referable, train] = foldScores({ test: { ...part, referable: part }, train: part });

    expect([dr?.of, referable?.of, train?.fold]).toEqual(["DR", "referable DR", "train"]);
    expect(referable?.columns).toEqual(["at_threshold"]);
    expect(referable?.rows).toEqual([{ key: "auc", scores: [score(0.9)] }]);
    expect(referable?.baseline).toEqual({ auc: score(0.7), more: score(0.2) });
    expect(referable?.positives).toBe(5);
  });

  it("are left out where there are none", () => {
    expect(foldScores({ test: {} })).toEqual([]);
    expect(foldScores(null)).toEqual([]);
  });
});

describe("training settings", () => {
  it("have names for people, with or without where they come from", () => {
    const lines = settingLines({
      encoder_filters: { value: [16, 32], source: "ours", why: "thin" },
      one_cycle: true,
    });

    expect(lines).toEqual([
      { name: "encoder_filters", title: "Filters going down", value: "16, 32", source: "ours", why: "thin" },
      { name: "one_cycle", title: "One-cycle learning rate", value: "yes", source: "", why: "" },
    ]);
  });

  it("tell what was changed in the same words as the values", () => {
    const lines = settingLines({
      augment: { value: true, source: "ours", why: "changed from False" },
      loss: { value: "cross_entropy_dice", source: "ours", why: "changed from cross_entropy" },
    });

    expect(lines.map(({ why }) => why)).toEqual(["changed from no", "changed from cross-entropy"]);
  });
});
