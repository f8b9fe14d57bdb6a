/** Which image stands for which eye. Pure. */
import { eyeOf, type Eye } from "@/lib/format";

export interface EyeImage {
  readonly id: number;
  readonly eye?: string | undefined;
  readonly label_state?: string | null | undefined;
}

export function pickEye<T extends EyeImage>(images: readonly T[], eye: Eye): T | undefined {
  return images.find((image) => eyeOf(image.eye) === eye);
}

const ORDER = ["returned", "draft", "submitted", "accepted", ""];

/** The label states met in a patient's images, each once, what needs someone first. */
export function labelStates(images: readonly EyeImage[]): string[] {
  const states = new Set(images.map(({ label_state }) => label_state ?? ""));
  return ORDER.filter((state) => states.has(state));
}

/** Images by eye as a clinician looks at a patient: right eye left, left eye right, unknown after. */
export function byEye<T extends EyeImage>(images: readonly T[]): { OD: T[]; OS: T[]; unknown: T[] } {
  const groups: { OD: T[]; OS: T[]; unknown: T[] } = { OD: [], OS: [], unknown: [] };
  images.forEach((image) => groups[eyeOf(image.eye)].push(image));
  return groups;
}

/** What stands in the place of an eye without an image; one of an unknown eye in its exam may be of this one. */
export const noImageOf = (eye: "right" | "left", exam: readonly EyeImage[]) =>
  exam.some((image) => eyeOf(image.eye) === "unknown")
    ? `No image is known to be of this ${eye} eye; the one beside it may be. Nobody has said yet which eye that is.`
    : "No image of this eye in this exam: repeat the photograph or refer.";

/** Whether a label set gives a reading but never looked for lesions, as those of a labels CSV. */
export function saysGradeOnly(set: {
  readonly regions_count: number;
  readonly classes_looked_for: readonly string[];
}): boolean {
  return set.regions_count === 0 && set.classes_looked_for.length === 0;
}

/** "DR, ICDR grade 2": the answers of a reading; empty without any. */
export function answersInWords(reading: {
  readonly dr_status: string;
  readonly icdr_grade: number | null;
  readonly macular_edema: number | null;
}): string {
  return [
    reading.dr_status && (reading.dr_status === "dr" ? "DR" : "no DR"),
    reading.icdr_grade !== null && `ICDR grade ${reading.icdr_grade}`,
    reading.macular_edema !== null && (reading.macular_edema > 0 ? "macular edema" : "no macular edema"),
  ]
    .filter(Boolean)
    .join(", ");
}
