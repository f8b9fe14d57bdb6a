/** What the models have still to look at after an import, in words. Pure. */
import { plural } from "@/lib/format";

/** Without a button there is nothing left to predict. */
export function newImagesInWords(waiting: number): { readonly text: string; readonly button: string | null } {
  if (waiting === 0) {
    return { text: "The models have looked at every image of this project.", button: null };
  }
  return {
    text: "The models can look at the new images now: lesions and a DR decision then stand beside each patient.",
    button: `Predict ${plural(waiting, "new image")}`,
  };
}
