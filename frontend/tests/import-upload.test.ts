import { describe, expect, it } from "vitest";
import { goesOn, type Progress } from "@/pages/imports/useImportUpload";

const first = new File(["x"], "first.jpg");
const large = new File(["x"], "large.zip");
const other = new File(["x"], "other.jpg");
const progress: Progress = {
  import: 7,
  of: "options",
  sent: new Set([first]),
  parts: new Map([[large, { upload: "id", received: 16 }]]),
};

describe("another try after a failed upload", () => {
  it("goes on with the import while all that it has is still wanted", () => {
    expect(goesOn(progress, "options", [first, large])).toBe(true);
    expect(goesOn(progress, "options", [other, large, first])).toBe(true);
  });

  it("opens a new one when a file that was sent, whole or in part, was taken off the list", () => {
    expect(goesOn(progress, "options", [large, other])).toBe(false);
    expect(goesOn(progress, "options", [first])).toBe(false);
  });

  it("opens a new one for other options, and the first time", () => {
    expect(goesOn(progress, "others", [first, large])).toBe(false);
    expect(goesOn(null, "options", [first])).toBe(false);
  });
});
