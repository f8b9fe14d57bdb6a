import { expect, test } from "vitest";
import type { LabelSet } from "@/api/types";
import { latestMerged } from "@/pages/agreement/readers";

const set = (id: number, source: string, minute: number) =>
  ({ id, source, submitted_at: new Date(2026, 0, 1, 9, minute).toISOString() }) as LabelSet;

const second = set(2, "person:2", 5);

test("readings that were handed in before their merge are not merged again", () => {
  const first = set(1, "person:1", 0);
  const merged = set(3, "merged:1+2", 10);
  expect(latestMerged([first, second, merged], first, second)).toEqual({ merged, outdated: false });
  expect(latestMerged([first, second], first, second)).toEqual({ merged: undefined, outdated: false });
});

test("a reading handed in after the last merge is merged again", () => {
  const [early, late] = [set(3, "merged:1+2", 10), set(4, "merged:1+2", 30)];
  const corrected = set(1, "person:1", 20);
  expect(latestMerged([corrected, second, early], corrected, second).outdated).toBe(true);
  const again = latestMerged([corrected, second, early, late], corrected, second);
  expect(again).toEqual({ merged: late, outdated: false });
});
