/** A patient's exams, newest first, and which image stands on which side. Pure. */
import type { PatientDetail } from "@/api/types";
import { formatDate } from "@/lib/format";
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

/** Exams with images; the newest first, those without a date last. */
export function examsOf(patient: PatientDetail): Exam[] {
  const dated = (exam: Exam) => exam.date ?? "";
  return patient.exams
    .filter(({ images }) => images.length > 0)
    .toSorted((a, b) => (dated(a) < dated(b) ? 1 : dated(a) > dated(b) ? -1 : b.id - a.id));
}

export const examInWords = ({ date, site, camera }: Exam) =>
  [formatDate(date), site, camera].filter(Boolean).join(" · ");
