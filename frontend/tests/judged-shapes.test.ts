import { describe, expect, it } from "vitest";
import type { Finding } from "@/api/lesions";
import type { Proposal, ReviewDetail } from "@/api/reviews";
import { classAndMark, shapesOf } from "@/pages/review/judgedShapes";
import { FIRST_LAYERS, isDrawn } from "@/pages/review/layers";
import { changesSince, nextUrgency } from "@/pages/review/panel/words";

const square = (x: number) => ({ x, y: 0, width: 4, height: 4 });
const found = (uuid: string) =>
  ({
    uuid,
    lesionClass: "HE",
    shape: { shape: "rect", geometry: square(0) },
  }) as unknown as Finding;
const judged = {
  findings: [
    { uuid: "1", verdict: "accept", drawn: null },
    { uuid: "2", verdict: "reject", drawn: null },
    {
      uuid: "3",
      verdict: "edit",
      drawn: { uuid: "x", lesion_class: "EX", shape: "rect", geometry: square(9) },
    },
  ],
  added: [{ uuid: "4", lesion_class: "MA", shape: "rect", geometry: square(20) }],
} as unknown as ReviewDetail["images"][number];

describe("what is drawn over a photograph", () => {
  const shapes = shapesOf(["1", "2", "3"].map(found), judged);
  const look = (uuid: string) => classAndMark(shapes.get(uuid)?.lesionClass ?? "");

  it("is each finding as it was judged, and what the reviewer added", () => {
    expect([...shapes.keys()]).toEqual(["1", "2", "3", "4"]);
    expect(look("1")).toEqual(["HE", "found"]);
    expect(look("2")).toEqual(["HE", "rejected"]);
    expect(look("3")).toEqual(["EX", "mine"]);
    expect(look("4")).toEqual(["MA", "mine"]);
    expect(shapes.get("3")?.geometry).toMatchObject({ x: 9 });
  });

  it("is what the model found, without a review", () => {
    expect([...shapesOf([found("1")], undefined).values()].map((one) => one.lesionClass)).toEqual([
      "HE found",
    ]);
  });
});

it("rejected findings are drawn only when they are asked for, like all others by class", () => {
  const drawn = (layers: Partial<typeof FIRST_LAYERS>) =>
    ["HE found", "HE mine", "HE rejected", "EX found"].filter((name) =>
      isDrawn({ ...FIRST_LAYERS, ...layers }, name),
    );

  expect(drawn({})).toEqual(["HE found", "HE mine", "EX found"]);
  expect(drawn({ rejected: true })).toContain("HE rejected");
  expect(drawn({ rejected: true, hidden: new Set(["HE"]) })).toEqual(["EX found"]);
  expect(drawn({ rejected: true, outlines: false })).toEqual([]);
});

describe("what changed since the dialog of the signature was opened", () => {
  const draft = (outcome: string, message: string) =>
    ({
      images: [],
      open: [],
      decisions: [{ scope: "eye", eye: "OD", image: null, outcome, reason: "", reasons: [{ message }] }],
    }) as unknown as ReviewDetail;

  it("is told decision by decision, with its reason", () => {
    const before = draft("no_dr", "No lesion.");
    expect(changesSince(before, before)).toEqual([]);
    expect(changesSince(before, draft("dr", "A lesion."))).toEqual([
      "Right eye (OD): no DR, now DR. A lesion.",
    ]);
    expect(changesSince(before, draft("no_dr", "Another reason."))).toHaveLength(1);
  });

  it("is told of the review as it was: a decision that is new is named, too", () => {
    const none = { ...draft("dr", ""), decisions: [] as Proposal[] };
    expect(changesSince(none, draft("dr", "A lesion."))).toEqual(["Right eye (OD): DR. A lesion."]);
  });
});

it("the urgency goes round", () => {
  expect([nextUrgency(""), nextUrgency("none"), nextUrgency("urgent")]).toEqual(["none", "routine", "none"]);
});
