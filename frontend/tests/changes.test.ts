import { describe, expect, it } from "vitest";
import { countOf, isEmpty, joined, nothing, overlay, split, toBody, withCommand } from "@/labelling/changes";
import type { Command, Edit } from "@/labelling/commands";
import { rect } from "./regions";

interface Reading {
  comment: string;
  pins: readonly object[];
}
const step = (...edits: Edit[]): Command<Reading> => ({ title: "Step", edits });
const draw = (uuid: string, width = 10): Edit => ({ uuid, before: null, after: rect(uuid, width) });
const edit = (uuid: string, from: number, to: number): Edit => ({
  uuid,
  before: rect(uuid, from),
  after: rect(uuid, to),
});
const erase = (uuid: string, width = 10): Edit => ({ uuid, before: rect(uuid, width), after: null });
const answer = (before: Partial<Reading>, after: Partial<Reading>): Command<Reading> => ({
  title: "Reading",
  edits: [],
  reading: { before, after },
});
const after = (...commands: Command<Reading>[]) => commands.reduce(withCommand, nothing<Reading>());
const bodies = (...commands: Command<Reading>[]) =>
  [...after(...commands).regions].map(([uuid, change]) => toBody(uuid, change));

describe("what waits after some steps", () => {
  it("is one add for a shape that was drawn and then moved", () => {
    expect(bodies(step(draw("a", 10)), step(edit("a", 10, 12)))).toMatchObject([
      { op: "add", uuid: "a", geometry: { width: 12 } },
    ]);
  });

  it("is nothing for a shape that was drawn and deleted, or changed and changed back", () => {
    expect(isEmpty(after(step(draw("a")), step(erase("a"))))).toBe(true);
    expect(isEmpty(after(step(edit("a", 1, 2)), step(edit("a", 2, 1))))).toBe(true);
    expect(
      isEmpty(after(answer({ comment: "" }, { comment: "x" }), answer({ comment: "x" }, { comment: "" }))),
    ).toBe(true);
  });

  it("is an update when a deleted shape came back changed by undo", () => {
    expect(bodies(step(erase("a", 10)), step(draw("a", 9)))).toMatchObject([{ op: "update", uuid: "a" }]);
  });

  it("counts the reading as one change however many answers changed", () => {
    const delta = after(step(draw("a"), draw("b")), answer({ comment: "" }, { comment: "x", pins: [{}] }));

    expect(countOf(delta)).toBe(3);
  });

  it("lays later changes over a batch whose answer got lost, and remembers what the server had", () => {
    const both = joined(after(step(edit("a", 1, 2))), after(step(edit("a", 2, 3))));

    expect(both.regions.get("a")).toEqual({ was: rect("a", 1), now: rect("a", 3) });
  });
});

describe("the request body", () => {
  it("says where an added shape came from and sends no more than a removal needs", () => {
    const tightened = { ...rect("a", 3), origin: "tightened" };

    expect(toBody("a", { was: null, now: tightened })).toEqual({
      op: "add",
      uuid: "a",
      shape: "rect",
      geometry: { x: 5, y: 6, width: 3, height: 3 },
      lesion_class: "HE",
      origin: "tightened",
    });
    expect(toBody("a", { was: tightened, now: null })).toEqual({ op: "remove", uuid: "a" });
  });

  it("calls the copy of an imported shape drawn, since the server takes no other origin from a person", () => {
    expect(toBody("a", { was: null, now: { ...rect("a", 3), origin: "via:4" } })).toMatchObject({
      origin: "drawn",
    });
  });

  it("names in an update only what changed", () => {
    const was = rect("a", 3);

    expect(toBody("a", { was, now: { ...was, lesionClass: "EX" } })).toEqual({
      op: "update",
      uuid: "a",
      lesion_class: "EX",
    });
    expect(toBody("a", { was, now: { ...was, origin: "tightened" } })).toEqual({
      op: "update",
      uuid: "a",
      origin: "tightened",
    });
    expect(Object.keys(toBody("a", { was, now: rect("a", 4) }))).toEqual(["op", "uuid", "shape", "geometry"]);
  });
});

it("sends thousands of shapes in several requests, each once", () => {
  const delta = after(step(...Array.from({ length: 2_300 }, (_, index) => draw(`r${index}`))));
  const sizes: number[] = [];
  const seen = new Set<string>();
  for (let left = delta; !isEmpty(left);) {
    const { first, rest } = split(left);
    sizes.push(first.regions.size);
    first.regions.forEach((_, uuid) => seen.add(uuid));
    left = rest;
  }

  expect(sizes).toEqual([1_000, 1_000, 300]);
  expect(seen.size).toBe(2_300);
});

it("shows the server's regions with mine on top", () => {
  const delta = after(step(edit("a", 1, 7), erase("b", 1), draw("c", 2)));

  const shown = overlay([rect("a", 1), rect("b", 1)], delta.regions);

  expect([...shown.values()]).toEqual([rect("a", 7), rect("c", 2)]);
});
