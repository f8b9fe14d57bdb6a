import { expect, test } from "vitest";
import { newImagesInWords } from "@/pages/imports/newImages";

test("the button tells how many images are new, and goes once all are predicted", () => {
  expect(newImagesInWords(4).button).toBe("Predict 4 new images");
  expect(newImagesInWords(1).button).toBe("Predict 1 new image");
  expect(newImagesInWords(0)).toEqual({
    text: "The models have looked at every image of this project.",
    button: null,
  });
});
