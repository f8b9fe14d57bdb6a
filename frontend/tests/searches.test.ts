import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { HistoryPlot } from "@/pages/searches/HistoryPlot";
import { ParallelPlot } from "@/pages/searches/ParallelPlot";
import {
  axesOf,
  bestSoFar,
  columnsOf,
  dimensionRange,
  dimensionTitle,
  paramText,
  spanOf,
  triedOf,
  type PlottedTrial,
} from "@/pages/searches/plots";
import { progressInWords } from "@/pages/searches/progress";

const trial = (number: number, value: number | null, more: Partial<PlottedTrial> = {}): PlottedTrial => ({
  number,
  value,
  state: value === null ? "running" : "finished",
  params: { learning_rate: 10 ** -number, optimizer: "sgd" },
  ...more,
});
const TRIALS = [
  trial(3, 0.9),
  trial(1, 0.7),
  trial(2, 0.95, { state: "stopped_early" }),
  trial(4, 0.8),
  trial(5, null),
];
const RATE = { name: "learning_rate", values: [], low: 1e-4, high: 1e-2, log: true };
const OPTIMIZER = { name: "optimizer", values: ["sgd", "adam"], low: null, high: null, log: false };
const BATCH = { name: "batch_size", values: [16, 8], low: null, high: null, log: false };

describe("the history of a search", () => {
  it("steps up with each better trial that was trained to its end", () => {
    expect(bestSoFar(TRIALS)).toEqual([
      [1, 0.7],
      [3, 0.9],
      [4, 0.9],
    ]);
  });

  it("leaves room around its points, also where all are equal", () => {
    expect(spanOf([0.5, 0.5])).toEqual([0.45, 0.55]);
    expect(spanOf([0.4, 0.6])[0]).toBeLessThan(0.4);
    expect(spanOf([0, 1])).toEqual([0, 1]);
  });

  it("draws one point for each trial that has a result", () => {
    const drawn = markup(createElement(HistoryPlot, { trials: TRIALS, objective: "AUC", last: 9 }));

    expect(drawn.match(/data-trial/g)).toHaveLength(4);
    expect(drawn).toContain("Trial 2, stopped early: 0.95");
  });
});

describe("the plot of settings beside results", () => {
  it("places numbers by their logarithm where the search draws them so", () => {
    const [rate] = axesOf([RATE], "AUC", TRIALS);

    expect(rate?.place(trial(3, 0.9))).toBeCloseTo(0.5);
    expect(rate?.marks.map(({ text }) => text)).toEqual(["0.0001", "0.001", "0.01"]);
  });

  it("spreads choices evenly, numbers in their order, in plain words", () => {
    const [optimizer, batch] = axesOf([OPTIMIZER, BATCH], "AUC", TRIALS);

    expect(optimizer?.marks).toEqual([
      { text: "SGD", at: 0 },
      { text: "Adam", at: 1 },
    ]);
    expect(batch?.marks.map(({ text }) => text)).toEqual(["8", "16"]);
    expect(batch?.place(trial(1, 0.7, { params: {} }))).toBeNull();
  });

  it("ends with the result and draws the best trial last, dashed lines for those stopped early", () => {
    const drawn = markup(
      createElement(ParallelPlot, { trials: TRIALS, dimensions: [RATE, OPTIMIZER], objective: "AUC" }),
    );

    expect(axesOf([RATE], "Result", TRIALS).at(-1)?.title).toBe("Result");
    expect(drawn.match(/data-trial/g)).toHaveLength(4);
    expect(drawn.match(/stroke-dasharray="4 4"/g)).toHaveLength(1);
    expect(drawn.match(/stroke-width="3"/g)).toHaveLength(1);
  });
});

describe("what a trial tried", () => {
  it("shows the places of a list as one setting", () => {
    const names = ["encoder_filters.1", "encoder_filters.2", "learning_rate"].map((name) => ({ name }));

    expect(columnsOf(names)).toEqual(["encoder_filters", "learning_rate"]);
    expect(triedOf({ "encoder_filters.2": 128, "encoder_filters.1": 64 }, "encoder_filters")).toBe("64, 128");
    expect(triedOf({}, "learning_rate")).toBe("–");
    expect(dimensionTitle("encoder_filters.2")).toBe("Filters going down, 2");
  });

  it("keeps three digits that count", () => {
    expect(paramText(0.0011957309)).toBe("0.0012");
    expect(paramText(1024)).toBe("1024");
    expect(dimensionRange(RATE)).toBe("0.0001 to 0.01");
    expect(dimensionRange(BATCH)).toBe("16, 8");
  });
});

it("says how far a search is", () => {
  const counts = {
    trials_all: 9,
    trials_planned: 2,
    trials_queued: 1,
    trials_running: 1,
    trials_finished: 3,
    trials_stopped_early: 1,
    trials_failed: 1,
    trials_cancelled: 0,
  };

  expect(progressInWords(counts)).toBe(
    "5 of 9 trials done, 1 of them stopped early, 1 of them failed · 1 running · 3 to come",
  );
});

const markup = (element: React.ReactElement) =>
  renderToStaticMarkup(createElement(MantineProvider, null, element));
