import { describe, expect, it } from "vitest";
import { apply, emptyStack, fitting, push, redo, reversed, undo, type Command } from "@/labelling/commands";
import { rect } from "./regions";

const draw = (name: string): Command => ({
  title: "Draw",
  edits: [{ uuid: name, before: null, after: rect(name, 10) }],
});

describe("the command stack", () => {
  it("undoes the last step first and redoes in the order the steps were made", () => {
    const stack = push(push(emptyStack(), draw("a")), draw("b"));

    const first = undo(stack);
    const second = undo(first.stack);
    const again = redo(second.stack);

    expect(first.command?.edits[0]).toMatchObject({ uuid: "b", after: null });
    expect(second.command?.edits[0]).toMatchObject({ uuid: "a", after: null });
    expect(again.command?.edits[0]).toMatchObject({ uuid: "a", before: null });
  });

  it("keeps each step apart however quickly they follow each other", () => {
    const stack = ["a", "b", "c"].reduce((steps, name) => push(steps, draw(name)), emptyStack());

    expect(stack.done).toHaveLength(3);
  });

  it("forgets what was undone once something new is drawn", () => {
    const undone = undo(push(emptyStack(), draw("a"))).stack;

    expect(redo(push(undone, draw("b"))).command).toBeNull();
  });

  it("does nothing when there is nothing to undo", () => {
    expect(undo(emptyStack())).toEqual({ stack: emptyStack(), command: null });
  });

  it("brings back exactly what was there after a step and its reverse", () => {
    const before = new Map([["a", rect("a", 10)]]);
    const split: Command = {
      title: "Split",
      edits: [
        { uuid: "a", before: rect("a", 10), after: null },
        { uuid: "b", before: null, after: rect("b", 4) },
        { uuid: "c", before: null, after: rect("c", 6) },
      ],
    };

    expect(apply(apply(before, split), reversed(split))).toEqual(before);
  });

  it("keeps at least two hundred steps", () => {
    let stack = emptyStack();
    for (let step = 0; step < 300; step += 1) stack = push(stack, draw(String(step)));

    expect(stack.done.length).toBeGreaterThanOrEqual(200);
  });

  it("takes quick typing into one field as one step, and a pause or another field as a new one", () => {
    const typed = (key: string, text: string, atMs: number): Command<{ comment: string; why: string }> => ({
      title: "Reading",
      edits: [],
      reading: { before: { [key]: text.slice(0, -1) }, after: { [key]: text } },
      joins: { key, atMs, withinMs: 2_000 },
    });
    const steps = [typed("comment", "a", 0), typed("comment", "ab", 900), typed("comment", "abc", 9_000)];

    const stack = [...steps, typed("why", "b", 9_100)].reduce(push, emptyStack());

    expect(stack.done.map(({ reading }) => [reading?.before, reading?.after])).toEqual([
      [{ comment: "" }, { comment: "ab" }],
      [{ comment: "ab" }, { comment: "abc" }],
      [{ why: "" }, { why: "b" }],
    ]);
  });

  it("takes quick moves of the same shapes as one step, and a pause or other shapes as a new one", () => {
    const move = (name: string, from: number, atMs: number): Command => ({
      title: "Move",
      edits: [{ uuid: name, before: rect(name, from), after: rect(name, from + 1) }],
      joins: { key: "move", atMs, withinMs: 1_000 },
    });
    const steps = [move("a", 1, 0), move("a", 2, 900), move("a", 3, 1_800), move("a", 4, 3_000)];

    const stack = [...steps, move("b", 1, 3_100), draw("c")].reduce(push, emptyStack());

    expect(stack.done.map(({ edits }) => edits)).toEqual([
      [{ uuid: "a", before: rect("a", 1), after: rect("a", 4) }],
      [{ uuid: "a", before: rect("a", 4), after: rect("a", 5) }],
      [{ uuid: "b", before: rect("b", 1), after: rect("b", 2) }],
      draw("c").edits,
    ]);
  });

  it("keeps the steps that still fit what another version has, from the last one back", () => {
    const grow: Command = {
      title: "Reshape",
      edits: [{ uuid: "a", before: rect("a", 10), after: rect("a", 20) }],
    };
    const stack = undo(["a", "b", "c"].reduce((all, name) => push(all, draw(name)), emptyStack())).stack;
    const grown = { ...stack, done: [...stack.done, grow] };
    const there = new Map([
      ["a", rect("a", 20)],
      ["b", rect("b", 99)],
    ]);

    const kept = fitting(grown, there, {});

    expect(kept.done).toEqual([grow]);
    expect(kept.undone).toEqual(stack.undone);
  });
});
