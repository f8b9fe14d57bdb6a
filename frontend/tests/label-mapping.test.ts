import { describe, expect, it } from "vitest";
import type { LabelsPreview } from "@/api/imports";
import { reportInWords } from "@/pages/imports/report";
import {
  decidedMeanings,
  guessedMeanings,
  likelyAttribute,
  mappingInWords,
  shapesInWords,
  undecided,
  whyNothingToCheck,
  withoutArea,
} from "@/pages/imports/labelMapping";

type Attribute = LabelsPreview["attributes"][number];

const preview: LabelsPreview = {
  regions: 9,
  rows_without_region: 0,
  unreadable: 0,
  shapes: { rect: 6, point: 2, polyline: 1 },
  images: 1,
  unknown_images: 0,
  unknown_names: [],
  attribute: "Lesion",
  attributes: [
    {
      name: "Lesion",
      others: 0,
      values: [
        { value: "hemorrhage", regions: 5, called: "", lesion_class: "HE" },
        { value: "vessel", regions: 3, called: "", lesion_class: "" },
        { value: "red dot", regions: 1, called: "", lesion_class: null },
      ],
    },
    { name: "", others: 0, values: [{ value: "", regions: 9, called: "", lesion_class: null }] },
  ],
  close_polylines: false,
  complete: true,
};

describe("what a file's labels mean", () => {
  it("begins with the guesses and asks for the rest", () => {
    const meanings = guessedMeanings(preview, "Lesion");

    expect(meanings).toEqual({ hemorrhage: "HE", vessel: "", "red dot": null });
    expect(undecided(preview, "Lesion", meanings)).toBe(1);
    expect(undecided(preview, "Lesion", { ...meanings, "red dot": "" })).toBe(0);
  });

  it("begins with an attribute of the file, the one that most regions have where none was guessed", () => {
    const [lesion, none] = preview.attributes as [Attribute, Attribute];
    const rare = {
      name: "sure",
      others: 0,
      values: [{ value: "", regions: 8, called: "", lesion_class: null }],
    };
    const unknown = { ...preview, attribute: "Abnormality" };

    expect(likelyAttribute(preview)).toBe("Lesion");
    expect(likelyAttribute({ ...unknown, attributes: [rare, lesion, none] })).toBe("Lesion");
    expect(likelyAttribute({ ...unknown, attributes: [none] })).toBe("");
  });

  it("has nothing to check while no value has a meaning, and says what to choose", () => {
    const none = { "red dot": null };

    expect(whyNothingToCheck(preview, "Lesion", guessedMeanings(preview, "Lesion"))).toBeNull();
    expect(whyNothingToCheck(preview, "Lesion", none)).toMatch(/at least one value of “Lesion”/);
    expect(whyNothingToCheck(preview, "", guessedMeanings(preview, ""))).toMatch(/every region/);
    expect(whyNothingToCheck(preview, "", { "": "HE" })).toBeNull();
    expect(whyNothingToCheck({ ...preview, regions: 0, attributes: [] }, "", {})).toBeNull();
  });

  it("tells how an import read its file", () => {
    const classes = [{ code: "HE", name: "Hemorrhage" }];

    expect(mappingInWords({ attribute: "type", classes: { dot: "HE", "": "", odd: "XX" } }, classes)).toBe(
      "Lesions named by type: dot → Hemorrhage, not given → left out, odd → XX",
    );
    expect(mappingInWords({ attribute: "", classes: { "": "HE" } }, classes)).toBe(
      "No attribute names the lesion: every region → Hemorrhage",
    );
    expect(mappingInWords({ attribute: "type", classes: {} }, classes)).toMatch(
      /none of its values has a class/,
    );
    expect(mappingInWords({}, classes)).toBeNull();
  });

  it("sends what was decided, leaving out included", () => {
    expect(decidedMeanings(guessedMeanings(preview, "Lesion"))).toEqual({ hemorrhage: "HE", vessel: "" });
  });

  it("tells the shapes, and how many of them have no area", () => {
    expect(shapesInWords(preview.shapes)).toBe("6 rectangles, 2 points and 1 polyline");
    expect(shapesInWords({ mask: 1, box: 2, outline: 3 })).toBe("1 pixel mask, 2 boxes and 3 outlines");
    expect(withoutArea(preview.shapes, false)).toBe(3);
    expect(withoutArea(preview.shapes, true)).toBe(2);
  });

  it("tells of a check what could be added, without counts of nothing", () => {
    const report = { regions_added: 5, regions_skipped: 0, images: 1, errors: 0 };

    expect(reportInWords(report, true)).toEqual({ regions_to_add: 5, images: 1, errors: 0 });
    expect(reportInWords(report, false)).toEqual({ regions_added: 5, images: 1, errors: 0 });
  });
});
