import { describe, expect, it } from "vitest";
import type { ImageChange } from "@/api/types";
import { changeWords } from "@/pages/datasets/changes";
import { learnsFrom } from "@/pages/training/settings";

const nameOf = (code: string) => ({ HE: "Hemorrhage", EX: "Hard exudate" })[code] ?? code;
const labels = { split: "train", label: 1, referable: null, looked_for: ["HE"], regions: { HE: 3 } } as const;

const change = (part: object): ImageChange =>
  ({ image: 1, patient: "P1", eye: "OD", kind: "changed", what: [], ...part }) as unknown as ImageChange;

describe("a changed image in words", () => {
  it("says what each of the differences is", () => {
    const told = changeWords(
      change({
        what: ["split", "label", "classes", "regions"],
        before: labels,
        after: { ...labels, split: "test", label: 0, looked_for: ["HE", "EX"], regions: { HE: 1, EX: 2 } },
      }),
      nameOf,
    );
    expect(told).toEqual([
      "training → test image",
      "DR → no DR",
      "also looked for: Hard exudate",
      "Hemorrhage: 3 → 1 region",
      "Hard exudate: 0 → 2 regions",
    ]);
  });

  it("says what an added image brings", () => {
    expect(changeWords(change({ kind: "added", before: null, after: labels }), nameOf)).toEqual([
      "training image",
      "DR",
      "Hemorrhage: 3 regions",
    ]);
  });
});

describe("what the button trains on", () => {
  it("counts images and those that the champion lacks", () => {
    expect(learnsFrom({ images: 212, champion: "abc", new_images: 37 })).toBe(
      "212 accepted images, 37 new since the champion",
    );
    expect(learnsFrom({ images: 1, champion: "abc", new_images: 0 })).toBe(
      "1 accepted image, none new since the champion",
    );
  });

  it("says so where there is no champion, or it came from elsewhere", () => {
    expect(learnsFrom({ images: 5, champion: null, new_images: null })).toContain("no champion yet");
    expect(learnsFrom({ images: 5, champion: "abc", new_images: null })).toBe(
      "5 accepted images. The champion was trained elsewhere: which of these it has seen is not recorded.",
    );
  });
});
