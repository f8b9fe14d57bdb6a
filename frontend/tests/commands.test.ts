import { describe, expect, it } from "vitest";
import { apply, EMPTY_STACK, push, redo, reversed, undo, type Command } from "@/labelling/commands";
import { rect } from "./regions";

const draw = (name: string): Command => ({
  title: "Draw",
  edits: [{ uuid: name, before: null, after: rect(name, 10) }],
});

describe("the command stack", () => {
  it("undoes the last step first and redoes in the order the steps were made", () => {
    const stack = push(push(EMPTY_STACK, draw("a")), draw("b"));

    const first = undo(stack);
    const second = undo(first.stack);
    const again = redo(second.stack);

    expect(first.command?.edits[0]).toMatchObject({ uuid: "b", after: null });
    expect(second.command?.edits[0]).toMatchObject({ uuid: "a", after: null });
    expect(again.command?.edits[0]).toMatchObject({ uuid: "a", before: null });
  });

  it("keeps each step apart however quickly they follow each other", () => {
    const stack = ["a", "b", "c"].reduce((steps, name) => push(steps, draw(name)), EMPTY_STACK);

    expect(stack.done).toHaveLength(3);
  });

  it("forgets what was undone once something new is drawn", () => {
    const undone = undo(push(EMPTY_STACK, draw("a"))).stack;

    expect(redo(push(undone, draw("b"))).command).toBeNull();
  });

  it("does nothing when there is nothing to undo", () => {
    expect(undo(EMPTY_STACK)).toEqual({ stack: EMPTY_STACK, command: null });
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
    let stack = EMPTY_STACK;
    for (let step = 0; step < 300; step += 1) stack = push(stack, draw(String(step)));

    expect(stack.done.length).toBeGreaterThanOrEqual(200);
  });
});
