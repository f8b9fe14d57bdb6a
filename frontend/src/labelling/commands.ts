/** Our own undo and redo, since Annotorious' merges and forgets steps. Pure: every call returns a new stack. */
import type { Region } from "@/surface/shapes";
import { sameAnswer, sameRegion } from "./changes";

/** What one step did to one region; null means it was not there. */
export interface Edit {
  readonly uuid: string;
  readonly before: Region | null;
  readonly after: Region | null;
}
/** What one step did to the answers of the reading. */
export interface Answers<R> {
  readonly before: Partial<R>;
  readonly after: Partial<R>;
}
export interface Command<R = object> {
  readonly title: string;
  readonly edits: readonly Edit[];
  readonly reading?: Answers<R>;
  /** Typing or moving goes on in the same step while this key is the same and little time passes. */
  readonly joins?: { readonly key: string; readonly atMs: number; readonly withinMs: number };
}
export interface CommandStack<R = object> {
  readonly done: readonly Command<R>[];
  readonly undone: readonly Command<R>[];
}

export const KEPT_STEPS = 500;

export const emptyStack = <R>(): CommandStack<R> => ({ done: [], undone: [] });

/** The stack after a new step; whatever had been undone can't be redone any more. */
export function push<R>(stack: CommandStack<R>, command: Command<R>): CommandStack<R> {
  if (command.edits.length === 0 && !command.reading) return stack;
  const last = stack.done.at(-1);
  if (last && goesOn(last, command)) {
    return { done: [...stack.done.slice(0, -1), joined(last, command)], undone: [] };
  }
  return { done: [...stack.done, command].slice(-KEPT_STEPS), undone: [] };
}

function goesOn<R>(last: Command<R>, next: Command<R>): boolean {
  if (!last.joins || last.joins.key !== next.joins?.key) return false;
  const before = new Set(last.edits.map(({ uuid }) => uuid));
  const sameShapes = before.size === next.edits.length && next.edits.every(({ uuid }) => before.has(uuid));
  return sameShapes && next.joins.atMs - last.joins.atMs <= next.joins.withinMs;
}

/** Both as one step; they edit the same shapes. */
function joined<R>(last: Command<R>, next: Command<R>): Command<R> {
  const first = new Map(last.edits.map(({ uuid, before }) => [uuid, before]));
  const edits = next.edits.map((edit) => ({ ...edit, before: first.get(edit.uuid) ?? null }));
  if (!next.reading) return { ...next, edits };
  return { ...next, edits, reading: { before: last.reading?.before ?? {}, after: next.reading.after } };
}

export interface StackMove<R> {
  readonly stack: CommandStack<R>;
  /** What to apply; null when there was nothing to undo or redo. */
  readonly command: Command<R> | null;
}

export function undo<R>(stack: CommandStack<R>): StackMove<R> {
  const last = stack.done.at(-1);
  if (!last) return { stack, command: null };
  return {
    stack: { done: stack.done.slice(0, -1), undone: [...stack.undone, last] },
    command: reversed(last),
  };
}

export function redo<R>(stack: CommandStack<R>): StackMove<R> {
  const last = stack.undone.at(-1);
  if (!last) return { stack, command: null };
  return { stack: { done: [...stack.done, last], undone: stack.undone.slice(0, -1) }, command: last };
}

export function reversed<R>(command: Command<R>): Command<R> {
  const edits = [...command.edits]
    .reverse()
    .map(({ uuid, before, after }) => ({ uuid, before: after, after: before }));
  const { title, reading } = command;
  return { title, edits, ...(reading ? { reading: { before: reading.after, after: reading.before } } : {}) };
}

/** The regions after a command. */
export function apply<R>(regions: ReadonlyMap<string, Region>, command: Command<R>): Map<string, Region> {
  const next = new Map(regions);
  for (const { uuid, after } of command.edits) {
    if (after) next.set(uuid, after);
    else next.delete(uuid);
  }
  return next;
}

/**
 * The steps that still fit regions and reading after these came from elsewhere (a reload, a merge): from the
 * last step backwards as long as each left what is there now; likewise for what was undone.
 */
export function fitting<R extends object>(
  stack: CommandStack<R>,
  regions: ReadonlyMap<string, Region>,
  reading: R,
): CommandStack<R> {
  return {
    done: lastFitting([...stack.done].reverse(), regions, reading, (command) => command).reverse(),
    undone: lastFitting([...stack.undone].reverse(), regions, reading, reversed).reverse(),
  };
}

function lastFitting<R extends object>(
  newestFirst: readonly Command<R>[],
  regions: ReadonlyMap<string, Region>,
  reading: R,
  asDone: (command: Command<R>) => Command<R>,
): Command<R>[] {
  const fits: Command<R>[] = [];
  const there = new Map(regions);
  const answers: Partial<R> = { ...reading };
  for (const command of newestFirst) {
    const step = asDone(command);
    if (!step.edits.every(({ uuid, after }) => sameRegion(there.get(uuid) ?? null, after))) break;
    const given = Object.entries(step.reading?.after ?? {}) as [keyof R, unknown][];
    if (!given.every(([name, value]) => sameAnswer(answers[name], value))) break;
    for (const { uuid, before } of step.edits) {
      if (before) there.set(uuid, before);
      else there.delete(uuid);
    }
    Object.assign(answers, step.reading?.before);
    fits.push(command);
  }
  return fits;
}
