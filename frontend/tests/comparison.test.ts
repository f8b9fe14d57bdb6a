import { describe, expect, it } from "vitest";
import type { Comparison } from "@/api/types";
import { comparedScores, saidOf, truthOf, verdictSentence } from "@/pages/models/comparison";

const nameOf = (code: string) => ({ HE: "Hemorrhage", EX: "Hard exudate" })[code] ?? code;
const score = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });

const comparison = (part: Partial<Comparison>): Comparison =>
  ({ verdict: "non_inferior", metric: "auc", paired: {}, details: {}, ...part }) as Comparison;

describe("a comparison in words", () => {
  it("says the verdict with the difference and its interval", () => {
    const told = verdictSentence(
      comparison({ paired: { difference: { value: 0.01, low: -0.015, high: 0.04 } } }),
    );
    expect(told).toBe("Not worse than the champion. AUC differs by +0.01 (95 % interval -0.015 to 0.04).");
  });

  it("says the verdict alone where nothing could be reckoned", () => {
    const told = verdictSentence(
      comparison({ verdict: "not_shown", paired: { difference: { value: null, low: null, high: null } } }),
    );
    expect(told).toBe("Not shown to be as good as the champion.");
  });

  it("puts the score that decides first, then each lesion class", () => {
    const rows = comparedScores(
      comparison({
        metric: "aupr",
        paired: { candidate: score(0.7), champion: score(0.6), difference: score(0.1) },
        details: {
          candidate: { classes: { HE: { aupr: 0.7, dice: 0.6 } } },
          champion: { classes: { HE: { aupr: 0.6, dice: 0.5 } } },
          difference: { HE: score(0.1) },
        },
      }),
      nameOf,
    );
    expect(rows.map(({ title }) => title)).toEqual([
      "AUPR, mean of classes",
      "AUPR, hemorrhage",
      "Dice, hemorrhage",
    ]);
    expect(rows[0]?.main).toBe(true);
    expect(rows[1]?.difference?.value).toBe(0.1);
  });

  it("says what was labelled and what each model said", () => {
    expect(truthOf({ dr: false }, nameOf)).toBe("no DR");
    expect(truthOf({ HE: true, EX: false }, nameOf)).toBe("Hemorrhage");
    expect(saidOf({ dr: true, probability: 0.876 }, {}, nameOf)).toBe("DR, 88 %");
    expect(saidOf({ dice: { HE: 0.5, EX: null } }, { HE: true, EX: false }, nameOf)).toBe(
      "Hemorrhage: Dice 0.5; Hard exudate: none, as labelled",
    );
    expect(saidOf({ dice: { HE: 0, EX: 0 } }, { HE: true, EX: false }, nameOf)).toBe(
      "Hemorrhage: missed; Hard exudate: false alarm",
    );
  });
});
