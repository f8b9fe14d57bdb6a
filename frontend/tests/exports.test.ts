import { describe, expect, it } from "vitest";
import { contents, FIRST_CHOICES, requestOf } from "@/pages/exports/kinds";

describe("what is asked for", () => {
  it("sends the labels and leaves out what its kind does not know", () => {
    expect(requestOf({ ...FIRST_CHOICES, labels: "via.csv", indexed: true }, 3)).toEqual({
      project: 3,
      kind: "via_csv",
      labels: "via.csv",
      waiting: false,
      indexed: false,
    });
    expect(requestOf({ ...FIRST_CHOICES, kind: "masks", indexed: true }, 3)).toMatchObject({ indexed: true });
  });

  it("waits until a dataset is chosen", () => {
    expect(requestOf({ ...FIRST_CHOICES, kind: "dataset" }, 3)).toBeNull();
    expect(requestOf({ ...FIRST_CHOICES, kind: "dataset", dataset: "7" }, 3)).toMatchObject({
      kind: "dataset",
      dataset: 7,
    });
  });
});

describe("what an export holds", () => {
  it("says it in words", () => {
    expect(contents({ kind: "coco", report: { images: 1, regions: 8886 } })).toBe("8,886 regions of 1 image");
    expect(contents({ kind: "labels_csv", report: { images: 2, regions: 0 } })).toBe("2 images");
    expect(contents({ kind: "coco", report: null })).toBe("");
  });
});
