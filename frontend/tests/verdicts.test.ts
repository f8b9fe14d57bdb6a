import { describe, expect, it } from "vitest";
import type { JudgedFinding, Proposal, ReviewDetail } from "@/api/reviews";
import { REVIEW_KEY_MAP } from "@/pages/review/keys";
import { withoutRepeats } from "@/pages/review/panel/decisionLines";
import { judgedOf, spokenBy } from "@/pages/review/useEye";
import type { Prediction } from "@/api/types";
import { nextOpen, tallies, verdictsInWords, verdictsOf } from "@/pages/review/panel/words";

const finding = (uuid: string, lesion_class: string, verdict: JudgedFinding["verdict"] = "") =>
  ({ uuid, lesion_class, verdict, labelled: true }) as JudgedFinding;
const unlabelled = (...said: Parameters<typeof finding>) => ({ ...finding(...said), labelled: false });
const review = (...findings: JudgedFinding[]) =>
  ({
    images: [{ findings: findings.slice(0, 2) }, { findings: findings.slice(2) }],
  }) as unknown as ReviewDetail;

describe("verdicts", () => {
  const judged = review(
    finding("1", "HE", "accept"),
    finding("2", "EX"),
    finding("3", "HE", "reject"),
    finding("4", "HE"),
  );

  it("are counted class by class over all images", () => {
    expect(tallies(judged)).toEqual([
      { lesionClass: "HE", labelled: true, all: 3, open: 1, rejected: 1 },
      { lesionClass: "EX", labelled: true, all: 1, open: 1, rejected: 0 },
    ]);
  });

  it("lead on to the next open finding of the list, going round", () => {
    const verdicts = verdictsOf(judged);
    const listed = ["4", "3", "2", "1"];
    expect(nextOpen(listed, verdicts, "4")).toBe("2");
    expect(nextOpen(listed, verdicts, "2")).toBe("4");
    expect(nextOpen(["4"], verdicts, "4")).toBeUndefined();
  });

  it("are not asked for of a class that the project does not label, and told apart", () => {
    const beside = review(finding("1", "HE", "accept"), unlabelled("2", "SE"), finding("3", "HE"));
    expect(nextOpen(["1", "2", "3"], verdictsOf(beside), "1")).toBe("3");
    expect(nextOpen(["1", "2"], verdictsOf(beside), "1")).toBeUndefined();
    expect(tallies(beside)[1]).toEqual({ lesionClass: "SE", labelled: false, all: 1, open: 1, rejected: 0 });
    const signed = review(finding("1", "HE", "accept"), unlabelled("2", "SE"));
    for (const image of signed.images) Object.assign(image, { added: [] });
    expect(verdictsInWords(signed)).toBe(
      "1 accepted, 0 corrected, 0 rejected, 0 added; 1 not labelled in this project and not judged.",
    );
  });

  it("are none without a review", () => {
    expect(verdictsOf(undefined).size).toBe(0);
  });
});

describe("what is shown of an image", () => {
  const said = (id: number, model_state: string) =>
    ({ id, model_state, task: "segmenter" }) as unknown as Prediction;
  const predictions = [said(9, "champion"), said(4, "retired")];
  const draft = {
    images: [
      { image: 1, prediction: 4, classifier: null },
      { image: 2, prediction: null, classifier: null },
    ],
  } as unknown as ReviewDetail;
  const shown = (judging: Parameters<typeof judgedOf>[0], image: number) =>
    spokenBy(predictions, "segmenter", judgedOf(judging, image).segmenter)?.id;

  it("is what the draft judges, whoever is the champion by now", () => {
    expect(shown(draft, 1)).toBe(4);
    expect(shown(draft, 2)).toBeUndefined();
  });

  it("is the champion's answer without a review, and nothing while that isn't known", () => {
    expect(shown("none", 1)).toBe(9);
    expect(shown(undefined, 1)).toBeUndefined();
  });
});

describe("the decision on an eye with one image", () => {
  const shown = (eye: Partial<Proposal>) =>
    withoutRepeats({
      images: [{ image: 1, eye: "OD" }],
      decisions: [{ scope: "eye", eye: "OD", agreed: true, out_of_date: false, settled: true, ...eye }],
    } as unknown as ReviewDetail).length;

  it("is said by the image's line", () => expect(shown({})).toBe(0));
  it("has a line of its own while it is to be decided again", () => {
    expect(shown({ out_of_date: true })).toBe(1);
    expect(shown({ agreed: false })).toBe(1);
  });
});

it("a held key goes on to the next finding, but not through the patients", () => {
  expect([REVIEW_KEY_MAP.get("j")?.once, REVIEW_KEY_MAP.get("n")?.once]).toEqual([undefined, true]);
});
