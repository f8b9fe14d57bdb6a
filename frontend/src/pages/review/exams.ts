/** A patient's exams, newest first, and which image stands on which side. Pure. */
import type { PatientDetail } from "@/api/types";
import { eyeOf, formatDate } from "@/lib/format";
import { byEye } from "../patients/eyes";

export type Exam = PatientDetail["exams"][number];
export type ExamImage = Exam["images"][number];
export type Side = "right" | "left";
export interface Sides {
  readonly right: readonly ExamImage[];
  readonly left: readonly ExamImage[];
}

/** Right eye on the left as one looks at a patient; an image of an unknown eye goes where there is room. */
export function sidesOf(exam: Exam): Sides {
  const { OD, OS, unknown } = byEye(exam.images);
  const sides = { right: [...OD], left: [...OS] };
  for (const image of unknown)
    (sides.right.length <= sides.left.length ? sides.right : sides.left).push(image);
  return sides;
}

/** Whose findings the list can be narrowed to; "unknown" where an image's eye is not known. */
export const EYE_CHOICES = { all: "All", OD: "OD", OS: "OS", unknown: "Eye unknown" } as const;
export type EyeChoice = keyof typeof EYE_CHOICES;
export function eyeChoices({ right, left }: Sides): readonly EyeChoice[] {
  const unknown = [...right, ...left].some((image) => eyeOf(image.eye) === "unknown");
  return unknown ? ["all", "OD", "OS", "unknown"] : ["all", "OD", "OS"];
}

/** Exams with images; the newest first, those without a date last. */
export function examsOf(patient: PatientDetail): Exam[] {
  const dated = (exam: Exam) => exam.date ?? "";
  return patient.exams
    .filter(({ images }) => images.length > 0)
    .toSorted((a, b) => (dated(a) < dated(b) ? 1 : dated(a) > dated(b) ? -1 : b.id - a.id));
}

export const examInWords = ({ date, site, camera }: Exam) =>
  [formatDate(date), site, camera].filter(Boolean).join(" · ");
