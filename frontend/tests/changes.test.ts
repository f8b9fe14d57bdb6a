import { describe, expect, it } from "vitest";
import {
  coalesce,
  coalesceCommand,
  mergePending,
  NOTHING_PENDING,
  overlay,
  rebase,
  toBody,
  type Change,
} from "@/labelling/changes";
import { rect } from "./regions";

const after = (...changes: Change[]) => changes.reduce(coalesce, NOTHING_PENDING);
const add = (uuid: string, width = 10): Change => ({ op: "add", region: rect(uuid, width) });
const update = (uuid: string, width = 10): Change => ({ op: "update", region: rect(uuid, width) });
const remove = (uuid: string): Change => ({ op: "remove", uuid });

describe("coalescing changes", () => {
  it("sends one add for a shape that was drawn and then moved", () => {
    expect([...after(add("a", 10), update("a", 12)).values()]).toEqual([add("a", 12)]);
  });

  it("sends nothing for a shape that was drawn and deleted again", () => {
    expect(after(add("a"), remove("a")).size).toBe(0);
  });

  it("sends only the removal of a shape that was moved and then deleted", () => {
    expect([...after(update("a"), remove("a")).values()]).toEqual([remove("a")]);
  });

  it("sends an update when a deleted shape came back by undo", () => {
    expect([...after(remove("a"), add("a", 9)).values()]).toEqual([update("a", 9)]);
  });

  it("keeps shapes apart", () => {
    expect([...after(add("a"), add("b"), remove("a")).keys()]).toEqual(["b"]);
  });

  it("reads adds, updates and removals out of a command", () => {
    const pending = coalesceCommand(NOTHING_PENDING, {
      title: "Mixed",
      edits: [
        { uuid: "a", before: null, after: rect("a", 3) },
        { uuid: "b", before: rect("b", 3), after: rect("b", 4) },
        { uuid: "c", before: rect("c", 3), after: null },
      ],
    });

    expect([...pending.values()].map(({ op }) => op)).toEqual(["add", "update", "remove"]);
  });

  it("lays later changes over a batch whose answer got lost", () => {
    expect([...mergePending(after(add("a", 1)), after(update("a", 2))).values()]).toEqual([add("a", 2)]);
  });
});

describe("going on from another revision", () => {
  it("turns an update of a region that is gone into an add, so that it is not lost", () => {
    expect([...rebase(after(update("a")), new Set()).values()]).toEqual([add("a")]);
  });

  it("turns an add that the server already has into an update", () => {
    expect([...rebase(after(add("a")), new Set(["a"])).values()]).toEqual([update("a")]);
  });

  it("drops the removal of a region that is gone anyway", () => {
    expect(rebase(after(remove("a")), new Set()).size).toBe(0);
  });

  it("shows the server's regions with mine on top", () => {
    const shown = overlay([rect("a", 1), rect("b", 1)], after(update("a", 7), remove("b"), add("c", 2)));

    expect([...shown.entries()].map(([uuid, region]) => [uuid, region.geometry])).toEqual([
      ["a", rect("a", 7).geometry],
      ["c", rect("c", 2).geometry],
    ]);
  });
});

describe("the request body", () => {
  it("names the class as the API does and sends no more than a removal needs", () => {
    expect(toBody(add("a", 3))).toEqual({
      op: "add",
      uuid: "a",
      shape: "rect",
      geometry: { x: 5, y: 6, width: 3, height: 3 },
      lesion_class: "HE",
    });
    expect(toBody(remove("a"))).toEqual({ op: "remove", uuid: "a" });
  });
});
