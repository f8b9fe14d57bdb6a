/** What is drawn over a photograph: the model's findings and what the reviewer made of them. Pure. */
import type { Finding } from "@/api/lesions";
import type { ReviewDetail } from "@/api/reviews";
import type { Drawable } from "@/surface/ShapeBatches";
import { parseShape } from "@/surface/shapes";

type JudgedImage = ReviewDetail["images"][number];
type Drawn = JudgedImage["added"][number];

/** `found`: as the model has it. `mine`: drawn by the reviewer. `rejected`: no lesion, says the reviewer. */
export type Mark = "found" | "mine" | "rejected";

/** Shapes of one class and mark are drawn alike: "HE found". */
const named = (lesionClass: string, mark: Mark) => `${lesionClass} ${mark}`;
export function classAndMark(name: string): readonly [string, Mark] {
  const [lesionClass = "", mark = "found"] = name.split(" ");
  return [lesionClass, mark as Mark];
}

function drawn({ uuid, lesion_class, shape, geometry }: Drawn): Drawable | null {
  const known = parseShape(shape, geometry);
  return known && { ...known, uuid, lesionClass: named(lesion_class, "mine") };
}

/** By uuid: each finding as found, as redrawn or as rejected, and what the reviewer added. */
export function shapesOf(
  findings: readonly Finding[],
  judged: JudgedImage | undefined,
): ReadonlyMap<string, Drawable> {
  const said = new Map((judged?.findings ?? []).map((one) => [one.uuid, one]));
  const shapes = findings.map((one): Drawable => {
    const verdict = said.get(one.uuid);
    const redrawn = verdict?.drawn ? drawn({ ...verdict.drawn, uuid: one.uuid }) : null;
    const mark = verdict?.verdict === "reject" ? "rejected" : "found";
    return redrawn ?? { ...one.shape, uuid: one.uuid, lesionClass: named(one.lesionClass, mark) };
  });
  const added = (judged?.added ?? []).map(drawn).filter((one) => one !== null);
  return new Map([...shapes, ...added].map((one) => [one.uuid, one]));
}
