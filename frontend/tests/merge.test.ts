import { describe, expect, it } from "vitest";
import { nothing, overlay, withCommand, type Delta } from "@/labelling/changes";
import type { Edit } from "@/labelling/commands";
import { choicesFor, differences, hasConflict, merged, type Choices } from "@/labelling/merge";
import type { Region } from "@/surface/shapes";
import { rect } from "./regions";

interface Reading {
  grade: number | null;
  comment: string;
  pins: readonly { uuid: string; text: string }[];
}
const UNREAD: Reading = { grade: null, comment: "", pins: [] };

/** What I did on top of `base`, met by a server that has `theirs` by now. */
function meet(
  base: readonly Region[],
  mine: { edits?: readonly Edit[]; reading?: Partial<Reading> },
  theirs: { regions: readonly Region[]; reading?: Partial<Reading> },
) {
  const reading = mine.reading ? { before: UNREAD, after: mine.reading } : undefined;
  const command = { title: "Mine", edits: mine.edits ?? [], ...(reading ? { reading } : {}) };
  const delta = withCommand(nothing<Reading>(), command);
  const shown = { regions: overlay(base, delta.regions), reading: { ...UNREAD, ...mine.reading } };
  const server = { regions: theirs.regions, reading: { ...UNREAD, ...theirs.reading } };
  const found = differences(shown, delta, server);
  let copies = 0;
  const after = (choices: Choices = new Map()): { delta: Delta<Reading>; regions: Map<string, Region> } => {
    const left = merged(found, choices, () => `copy-${(copies += 1)}`);
    return { delta: left, regions: overlay(server.regions, left.regions) };
  };
  return { found, after };
}
const edit = (uuid: string, from: number, to: number): Edit => ({
  uuid,
  before: rect(uuid, from),
  after: rect(uuid, to),
});

describe("two versions of one label set", () => {
  it("takes both sides' work where they did not touch the same region", () => {
    const base = [rect("a", 1), rect("b", 1), rect("c", 1)];
    const edits = [
      edit("a", 1, 9),
      { uuid: "mine", before: null, after: rect("mine", 2) },
      { uuid: "b", before: rect("b", 1), after: null },
    ];
    const { found, after } = meet(
      base,
      { edits },
      { regions: [rect("a", 1), rect("b", 1), rect("theirs", 3)] },
    );

    expect(Object.fromEntries(found.regions.map(({ uuid, happening }) => [uuid, happening]))).toEqual({
      a: "changed here",
      b: "removed here",
      c: "removed there",
      mine: "added here",
      theirs: "added there",
    });
    expect(hasConflict(found)).toBe(false);
    expect([...after().regions.values()].map(({ uuid, geometry }) => [uuid, geometry])).toEqual([
      ["a", rect("a", 9).geometry],
      ["theirs", rect("theirs", 3).geometry],
      ["mine", rect("mine", 2).geometry],
    ]);
  });

  it.each([
    ["mine", [9], []],
    ["theirs", [5], []],
    ["both", [5, 9], ["copy-1"]],
  ] as const)("asks about a region that both changed, and takes %s", (choice, widths, copies) => {
    const { found, after } = meet([rect("a", 1)], { edits: [edit("a", 1, 9)] }, { regions: [rect("a", 5)] });
    const [difference] = found.regions;

    expect(difference).toMatchObject({ happening: "changed on both sides", conflict: true });
    expect(difference && choicesFor(difference)).toEqual(["mine", "theirs", "both"]);
    const { regions } = after(new Map([["a", choice]]));
    expect([...regions.values()].map(({ geometry }) => (geometry as { width: number }).width)).toEqual(
      widths,
    );
    expect([...regions.keys()].filter((uuid) => uuid !== "a")).toEqual(copies);
  });

  it("asks before a removal meets a change, and never offers both sides of nothing", () => {
    const gone = meet([rect("a", 1)], { edits: [edit("a", 1, 9)] }, { regions: [] });
    const erase = [{ uuid: "a", before: rect("a", 1), after: null }];
    const erased = meet([rect("a", 1)], { edits: erase }, { regions: [rect("a", 5)] });

    expect(gone.found.regions[0]).toMatchObject({ happening: "changed here, removed there", conflict: true });
    expect(erased.found.regions[0]).toMatchObject({
      happening: "removed here, changed there",
      conflict: true,
    });
    expect(gone.found.regions.flatMap((one) => choicesFor(one))).toEqual(["mine", "theirs"]);
    expect(gone.after(new Map([["a", "theirs"]])).regions.size).toBe(0);
    expect(gone.after(new Map([["a", "mine"]])).regions.size).toBe(1);
  });

  it("finds nothing to do where the other side has just what I did", () => {
    const { found, after } = meet([rect("a", 1)], { edits: [edit("a", 1, 9)] }, { regions: [rect("a", 9)] });

    expect(found).toEqual({ regions: [], answers: [] });
    expect(after().delta).toEqual(nothing());
  });

  it("takes each side's answers, and asks about those that both gave", () => {
    const mine = { reading: { grade: 2, pins: [{ uuid: "p", text: "here" }] } };
    const theirs = {
      regions: [],
      reading: { grade: 3, comment: "blurred", pins: [{ uuid: "q", text: "there" }] },
    };
    const { found, after } = meet([], mine, theirs);

    expect(found.answers.map(({ name, conflict }) => [name, conflict])).toEqual([
      ["grade", true],
      ["pins", true],
    ]);
    const { now } = after(
      new Map([
        ["grade", "theirs"],
        ["pins", "both"],
      ]),
    ).delta.reading;
    expect(now).toEqual({ pins: [...mine.reading.pins, ...theirs.reading.pins] });
  });
});
