import { expect, it } from "vitest";
import { likelihoods } from "@/pages/review/likelihoods";

const none = { probability: 0, threshold: null, referable_probability: null, referable_threshold: null };

it("a doubt about referable DR is shown with its own probability and threshold", () => {
  const row = { probability: 0.13, threshold: 0.66, referable_probability: 0.12, referable_threshold: 0.15 };

  expect(likelihoods(row).map(({ of, value, from }) => `${of} ${value} ${from}`)).toEqual([
    "DR 13 % said from 66 %",
    "Referable DR 12 % said from 15 %",
  ]);
});

it("a patient whom no model has read has no probability", () => {
  expect(likelihoods(none)).toEqual([{ of: "DR", value: "–", from: "" }]);
});
