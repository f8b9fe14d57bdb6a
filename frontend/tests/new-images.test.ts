import { expect, test } from "vitest";
import { newImagesInWords } from "@/pages/imports/newImages";

test("the button tells how many images are new, and goes once all are predicted", () => {
  expect(newImagesInWords({ new: 4, unreadable: 0 }).button).toBe("Predict 4 new images");
  expect(newImagesInWords({ new: 1, unreadable: 0 }).button).toBe("Predict 1 new image");
  expect(newImagesInWords({ new: 0, unreadable: 0 })).toEqual({
    text: "The models have looked at every image of this project.",
    button: null,
  });
});

test("images that can't be read are no new ones, and are named apart", () => {
  const { text, button } = newImagesInWords({ new: 0, unreadable: 1 });
  expect(button).toBeNull();
  expect(text).toContain("every other image");
  expect(text).toContain("1 image can’t be read");
  expect(newImagesInWords({ new: 2, unreadable: 3 }).text).toContain("3 images can’t be read");
  expect(newImagesInWords({ new: 2, unreadable: 3 }).button).toBe("Predict 2 new images");
});
