/** Our own undo and redo, since Annotorious' merges and forgets steps. Pure: every call returns a new stack. */
import type { Region } from "@/surface/shapes";

/** What one step did to one region; null means it was not there. */
export interface Edit {
  readonly uuid: string;
  readonly before: Region | null;
  readonly after: Region | null;
}
export interface Command {
  readonly title: string;
  readonly edits: readonly Edit[];
}
export interface CommandStack {
  readonly done: readonly Command[];
  readonly undone: readonly Command[];
}

const KEPT_STEPS = 500;

export const EMPTY_STACK: CommandStack = { done: [], undone: [] };

/** The stack after a new step; whatever had been undone can't be redone any more. */
export function push(stack: CommandStack, command: Command): CommandStack {
  if (command.edits.length === 0) return stack;
  return { done: [...stack.done, command].slice(-KEPT_STEPS), undone: [] };
}

export interface StackMove {
  readonly stack: CommandStack;
  /** What to apply to the regions; null when there was nothing to undo or redo. */
  readonly command: Command | null;
}

export function undo(stack: CommandStack): StackMove {
  const last = stack.done.at(-1);
  if (!last) return { stack, command: null };
  return {
    stack: { done: stack.done.slice(0, -1), undone: [...stack.undone, last] },
    command: reversed(last),
  };
}

export function redo(stack: CommandStack): StackMove {
  const last = stack.undone.at(-1);
  if (!last) return { stack, command: null };
  return { stack: { done: [...stack.done, last], undone: stack.undone.slice(0, -1) }, command: last };
}

export function reversed(command: Command): Command {
  const edits = [...command.edits]
    .reverse()
    .map(({ uuid, before, after }) => ({ uuid, before: after, after: before }));
  return { title: command.title, edits };
}

/** The regions after a command. */
export function apply(regions: ReadonlyMap<string, Region>, command: Command): Map<string, Region> {
  const next = new Map(regions);
  for (const { uuid, after } of command.edits) {
    if (after) next.set(uuid, after);
    else next.delete(uuid);
  }
  return next;
}
