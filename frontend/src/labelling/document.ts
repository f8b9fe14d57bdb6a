/** One label set while a person works on it: regions, reading, undo, and what is not saved yet. No DOM. */
import type { Region } from "@/surface/shapes";
import { countOf, isEmpty, nothing, overlay, sameAnswer, withCommand } from "./changes";
import type { Clock } from "./clock";
import { apply, emptyStack, fitting, push, redo, undo, type Command, type CommandStack } from "./commands";
import { differences, merged, type Choices, type Differences } from "./merge";
import { Saver, type Batch, type SaveState, type Unsent } from "./saver";

export interface DocumentSnapshot<R> {
  readonly regions: ReadonlyMap<string, Region>;
  readonly reading: R;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly save: SaveState;
  readonly unsavedCount: number;
  readonly revision: number;
  /** False when this computer can't keep what is unsent: then leaving the page would lose it. */
  readonly kept: boolean;
}
export interface ServerVersion<R> {
  readonly revision: number;
  readonly regions: readonly Region[];
  readonly reading: R;
}
/** Everything that must outlive the page. */
export interface Work<R> extends Unsent<R> {
  readonly stack: CommandStack<R>;
}
export interface DocumentOptions<R> {
  readonly server: ServerVersion<R>;
  /** What an earlier page left behind. */
  readonly restored?: Work<R> | null;
  readonly send: (batch: Batch<R>) => Promise<{ readonly revision: number }>;
  /** Writes to this computer's own storage; called in the tick of each change. */
  readonly keep?: (work: Work<R>, durable: boolean) => Promise<void>;
  readonly newId: () => string;
  readonly takeSeconds: () => number;
  readonly clock: Clock;
  readonly now?: () => number;
}

const TYPING_JOINS_MS = 2_000;
const MOVES_JOIN_MS = 1_000;

export class LabelDocument<R extends object> {
  private regions: Map<string, Region>;
  private reading: R;
  private stack: CommandStack<R> = emptyStack();
  private readonly saver: Saver<R>;
  private readonly listeners = new Set<() => void>();
  private snapshot: DocumentSnapshot<R>;
  private kept = true;
  private touching = false;
  private disposed = false;

  constructor(private readonly options: DocumentOptions<R>) {
    const { server, send, newId, takeSeconds, clock, restored } = options;
    const unsent = restored && hasUnsent(restored) ? restored : null;
    this.saver = new Saver<R>({
      unsent: unsent ?? { revision: server.revision, unconfirmed: null, waiting: nothing() },
      send,
      keep: () => this.keep(true),
      newId,
      takeSeconds,
      clock,
      onState: ({ kind }) => {
        if (this.disposed) return;
        if (kind !== "waiting" && kind !== "saving") void this.keep(true); // those two keep by themselves
        this.changed();
      },
    });
    const { delta } = this.saver;
    this.regions = overlay(server.regions, delta.regions);
    this.reading = { ...server.reading, ...delta.reading.now };
    if (restored) this.stack = fitting(restored.stack, this.regions, this.reading);
    this.snapshot = this.takeSnapshot();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): DocumentSnapshot<R> => this.snapshot;

  get(uuid: string): Region | undefined {
    return this.regions.get(uuid);
  }

  add(regions: readonly Region[], title = "Draw"): void {
    this.change(title, { put: regions });
  }

  update(regions: readonly Region[], title = "Edit"): void {
    this.change(title, { put: regions });
  }

  remove(uuids: readonly string[], title = "Delete"): void {
    this.change(title, { remove: uuids });
  }

  /** Moves regions; the next move of the same ones belongs to the same step when it follows soon. */
  move(regions: readonly Region[]): void {
    this.change("Move", { put: regions }, { key: "move", atMs: this.now(), withinMs: MOVES_JOIN_MS });
  }

  /** One step that puts regions (new or changed ones) and removes others. */
  change(
    title: string,
    what: { readonly put?: readonly Region[]; readonly remove?: readonly string[] },
    joins?: Command["joins"],
  ): void {
    const put = (what.put ?? []).map((after) => ({
      uuid: after.uuid,
      before: this.regions.get(after.uuid) ?? null,
      after,
    }));
    const removed = (what.remove ?? []).flatMap((uuid) => {
      const before = this.regions.get(uuid);
      return before ? [{ uuid, before, after: null }] : [];
    });
    this.run({ title, edits: [...put, ...removed], ...(joins ? { joins } : {}) });
  }

  setReading(change: Partial<R>, title = "Reading"): void {
    const names = (Object.keys(change) as (keyof R)[]).filter(
      (name) => !sameAnswer(this.reading[name], change[name]),
    );
    if (names.length === 0) return;
    const before = Object.fromEntries(names.map((name) => [name, this.reading[name]])) as Partial<R>;
    const after = Object.fromEntries(names.map((name) => [name, change[name]])) as Partial<R>;
    const [only] = names;
    const isText = names.length === 1 && only !== undefined && typeof change[only] === "string";
    const joins = { key: String(only), atMs: this.now(), withinMs: TYPING_JOINS_MS };
    this.run({ title, edits: [], reading: { before, after }, ...(isText ? { joins } : {}) });
  }

  undo(): Command<R> | null {
    return this.step(undo(this.stack));
  }

  redo(): Command<R> | null {
    return this.step(redo(this.stack));
  }

  /** While a shape is under the hand its change is not known yet, but "Saved" would be wrong. */
  setTouching(touching: boolean): void {
    if (this.touching === touching) return;
    this.touching = touching;
    this.changed();
  }

  flush(options?: { readonly seconds?: boolean }): Promise<boolean> {
    return this.saver.flush(options);
  }

  wake(): void {
    this.saver.wake();
  }

  /** After a 409: what differs between what is shown here and the server's newest version. */
  compare(server: ServerVersion<R>): Differences<R> {
    return differences({ regions: this.regions, reading: this.reading }, this.saver.delta, server);
  }

  /** After a 409: goes on from the server's version with the sides that the person took. */
  resolve(server: ServerVersion<R>, choices: Choices): void {
    const delta = merged(this.compare(server), choices, this.options.newId);
    this.regions = overlay(server.regions, delta.regions);
    this.reading = { ...server.reading, ...delta.reading.now };
    this.stack = fitting(this.stack, this.regions, this.reading);
    this.saver.resolve(server.revision, delta);
  }

  /** Stops sending and writing; what is unsent lies in this computer's storage, and is the next page's from here. */
  async dispose(): Promise<void> {
    this.saver.dispose();
    this.listeners.clear();
    await this.keep();
    this.disposed = true;
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private run(command: Command<R>): void {
    if (command.edits.length === 0 && !command.reading) return;
    this.stack = push(this.stack, command);
    this.take(command);
  }

  private step({ stack, command }: ReturnType<typeof undo<R>>): Command<R> | null {
    this.stack = stack;
    if (command) this.take(command);
    return command;
  }

  private take(command: Command<R>): void {
    if (command.edits.length > 0) this.regions = apply(this.regions, command);
    if (command.reading) this.reading = { ...this.reading, ...command.reading.after };
    this.saver.add((waiting) => withCommand(waiting, command));
    void this.keep();
    this.changed();
  }

  private async keep(durable = false): Promise<void> {
    const { keep } = this.options;
    if (!keep || this.disposed) return;
    try {
      await keep({ ...this.saver.unsent, stack: this.stack }, durable);
      this.noteKept(true);
    } catch {
      this.noteKept(false);
    }
  }

  private noteKept(kept: boolean): void {
    if (this.kept === kept) return;
    this.kept = kept;
    this.changed();
  }

  private changed(): void {
    this.snapshot = this.takeSnapshot();
    this.listeners.forEach((listener) => listener());
  }

  private takeSnapshot(): DocumentSnapshot<R> {
    const { state, delta } = this.saver;
    return {
      regions: this.regions,
      reading: this.reading,
      canUndo: this.stack.done.length > 0,
      canRedo: this.stack.undone.length > 0,
      save: this.touching && state.kind === "saved" ? { kind: "waiting" } : state,
      unsavedCount: countOf(delta),
      revision: this.saver.baseRevision,
      kept: this.kept && this.options.keep !== undefined,
    };
  }
}

export const hasUnsent = <R>({ unconfirmed, waiting }: Unsent<R>): boolean =>
  unconfirmed !== null || !isEmpty(waiting);
