/** What the models have still to look at after an import, in words. Pure. */
import { plural } from "@/lib/format";

/** Without a button there is nothing left to predict. */
export function newImagesInWords(waiting: { readonly new: number; readonly unreadable: number }): {
  readonly text: string;
  readonly button: string | null;
} {
  const { new: fresh, unreadable } = waiting;
  const failed = `${plural(unreadable, "image")} can’t be read, so no model looks at ${unreadable === 1 ? "it" : "them"}: restore the stored ${unreadable === 1 ? "file" : "files"}, then predict the patient.`;
  const but = (text: string) => (unreadable === 0 ? text : `${text} ${failed}`);
  if (fresh === 0) {
    const rest = unreadable === 0 ? "every image" : "every other image";
    return { text: but(`The models have looked at ${rest} of this project.`), button: null };
  }
  return {
    text: but(
      "The models can look at the new images now: lesions and a DR decision then stand beside each patient.",
    ),
    button: `Predict ${plural(fresh, "new image")}`,
  };
}
