/** Which decisions have a line of their own. Pure. */
import type { ReviewDetail } from "@/api/reviews";

export const imagesOf = (eye: string, review: ReviewDetail) =>
  review.images.filter((image) => image.eye === eye).length;

/** An eye with one image comes to what the image does: one line says both, unless the eye is to be decided. */
export const withoutRepeats = (review: ReviewDetail) =>
  review.decisions.filter(
    ({ scope, eye, agreed, out_of_date: isOld, settled }) =>
      scope !== "eye" || imagesOf(eye, review) > 1 || !agreed || isOld || !settled,
  );
