/** Which decisions have a line of their own, and what each is about. Pure. */
import type { Proposal, ReviewDetail } from "@/api/reviews";
import { eyeName } from "@/lib/format";

export const imagesOf = (eye: string, review: ReviewDetail) =>
  review.images.filter((image) => image.eye === eye).length;

/** An eye with one image comes to what the image does: one line says both, unless the eye is to be decided. */
export const withoutRepeats = (review: ReviewDetail) =>
  review.decisions.filter(
    ({ scope, eye, agreed, out_of_date: isOld, settled }) =>
      scope !== "eye" || imagesOf(eye, review) > 1 || !agreed || isOld || !settled,
  );

export function nameOf({ scope, image, eye }: Proposal, review: ReviewDetail): string {
  if (scope === "patient") return "Patient";
  if (scope === "eye") return eyeName(eye);
  const shown = review.images.find((one) => one.image === image);
  if (shown && imagesOf(shown.eye, review) === 1) return eyeName(shown.eye);
  return `Image ${image}${shown?.eye ? ` (${shown.eye})` : ""}`;
}
