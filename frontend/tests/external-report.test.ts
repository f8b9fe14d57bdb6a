import { describe, expect, it } from "vitest";
import { leftOutSentence, placesOf } from "@/pages/models/externalReport";

describe("a report on other data", () => {
  it("says which images were left out, and why", () => {
    expect(leftOutSentence({ photograph: 12, patient: 1, near_duplicate: 0, unlabelled: 3 })).toBe(
      "Left out: 12 photographs that it learned from, 1 other image of a patient that it learned from, 3 images without a label.",
    );
    expect(leftOutSentence({ photograph: 0 })).toBe("None of them was left out.");
  });

  it("names the places that are known", () => {
    expect(
      placesOf([
        { site: "Tehran", camera: "NW400", images: 2 },
        { site: "", camera: "", images: 5 },
        { site: "", camera: "CR-2", images: 1 },
      ]),
    ).toBe("Tehran, NW400 (2 images); CR-2 (1 image)");
  });
});
