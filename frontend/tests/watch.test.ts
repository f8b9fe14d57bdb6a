import { describe, expect, test } from "vitest";
import type { Limits, ModelAlarm, Score } from "@/api/watch";
import { weeksIn } from "@/pages/watch/periods";
import {
  alarmSentence,
  referenceSentence,
  scoreNote,
  shareCounts,
  timesInWords,
  weeksBetween,
} from "@/pages/watch/words";

const LIMITS: Limits = {
  weeks: 8,
  overrides: 0.2,
  fewest_decisions: 20,
  psi: 0.1,
  psi_drift: 0.25,
  fewest_images: 50,
};
const SCORE: Score = {
  code: "DR",
  title: "Probability of DR",
  is_probability: true,
  psi: 0.3,
  chance: 0.05,
  images: 400,
  reference: "card",
  reference_title: "",
  reference_images: 120,
  standing: "drift",
};
const ALARM = {
  kind: "overrides",
  value: 0.42,
  low: 0.31,
  limit: 0.2,
  of: 71,
  score_title: "",
} as ModelAlarm;

describe("figures about models in words", () => {
  test("a share is told with its counts and the range it lies in", () => {
    expect(shareCounts({ count: 3, of: 25, value: 0.12, low: 0.042, high: 0.3 })).toBe(
      "3 of 25 · 4 % to 30 %",
    );
  });

  test("an alarm says what happened, to how many, and what the limit is", () => {
    expect(alarmSentence(ALARM)).toBe(
      "Reviewers decided otherwise for 42 % of 71 images; allowing for chance, at least 31 % (limit 20 %).",
    );
    const drift = { ...ALARM, kind: "scores" as const, value: 0.31, limit: 0.25, score_title: SCORE.title };
    expect(alarmSentence(drift)).toContain("index 0.31, limit 0.25");
  });

  test("the chosen weeks don't pass for the time as champion", () => {
    const model = { created_at: "2026-11-20T09:00:00Z", since: "2026-10-05", champion_since: null };
    expect(timesInWords(model)).toBe("added 20 Nov 2026 · figures from 5 Oct 2026 on");
    expect(timesInWords({ ...model, champion_since: "2026-11-23T09:00:00Z" })).toBe(
      "champion since 23 Nov 2026 · figures from 5 Oct 2026 on",
    );
  });

  test("the reference of a score is named, and so is that there is none", () => {
    expect(referenceSentence(SCORE)).toContain("120 images kept out of its training");
    expect(referenceSentence({ ...SCORE, reference: "none" })).toMatch(/^No reference distribution/);
  });

  test("what is too little to judge on is said so", () => {
    expect(scoreNote(SCORE, LIMITS)).toBe("");
    expect(scoreNote({ ...SCORE, images: 12 }, LIMITS)).toContain("From 50 new images on");
    expect(scoreNote({ ...SCORE, reference_images: 8 }, LIMITS)).toContain("8 images only");
    expect(scoreNote({ ...SCORE, chance: 0.4 }, LIMITS)).toContain("chance alone reaches 0.4");
  });
});

test("weeks follow each other by seven days, daylight saving or not", () => {
  const weeks = weeksBetween("2026-03-23", 3).map((time) => new Date(time).toISOString().slice(0, 10));
  expect(weeks).toEqual(["2026-03-23", "2026-03-30", "2026-04-06"]);
});

test("a period that is not offered is the one that alarms look at", () => {
  expect(weeksIn(new URLSearchParams("weeks=26"))).toBe(26);
  expect(weeksIn(new URLSearchParams("weeks=7"))).toBe(8);
});
