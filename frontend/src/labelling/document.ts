/** One label set while a person works on it: regions, reading, undo, and what is not saved yet. No DOM. */
import type { Region } from "@/surface/shapes";
import { coalesceCommand, overlay } from "./changes";
import { apply, EMPTY_STACK, push, redo, undo, type Command, type CommandStack, type Edit } from "./commands";
import { Saver, type Batch, type Clock, type SaveState } from "./saver";

export interface DocumentSnapshot<R> {
  readonly regions: ReadonlyMap<string, Region>;
  readonly reading: R;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly save: SaveState;
  readonly unsavedCount: number;
  readonly revision: number;
}
export interface ServerVersion<R> {
  readonly revision: number;
  readonly regions: readonly Region[];
  readonly reading: R;
}

export class LabelDocument<R extends object> {
  private regions: Map<string, Region>;
  private reading: R;
  private stack: CommandStack = EMPTY_STACK;
  private readonly saver: Saver<Partial<R>>;
  private readonly listeners = new Set<() => void>();
  private snapshot: DocumentSnapshot<R>;

  constructor(options: {
    readonly server: ServerVersion<R>;
    readonly send: (batch: Batch<Partial<R>>) => Promise<{ readonly revision: number }>;
    readonly newId: () => string;
    readonly takeSeconds: () => number;
    readonly clock: Clock;
  }) {
    const { server, send, newId, takeSeconds, clock } = options;
    this.regions = new Map(server.regions.map((region) => [region.uuid, region]));
    this.reading = server.reading;
    this.saver = new Saver<Partial<R>>({
      revision: server.revision,
      send,
      newId,
      takeSeconds,
      clock,
      onState: () => this.changed(),
    });
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
    this.run(
      title,
      regions.map((after) => ({ uuid: after.uuid, before: null, after })),
    );
  }

  update(regions: readonly Region[], title = "Edit"): void {
    this.run(
      title,
      regions.map((after) => ({ uuid: after.uuid, before: this.regions.get(after.uuid) ?? null, after })),
    );
  }

  remove(uuids: readonly string[], title = "Delete"): void {
    const edits = uuids.flatMap((uuid): Edit[] => {
      const before = this.regions.get(uuid);
      return before ? [{ uuid, before, after: null }] : [];
    });
    this.run(title, edits);
  }

  setReading(change: Partial<R>): void {
    this.reading = { ...this.reading, ...change };
    this.saver.add({ reading: { ...this.saver.unsavedReading, ...change } });
    this.changed();
  }

  undo(): Command | null {
    return this.step(undo(this.stack));
  }

  redo(): Command | null {
    return this.step(redo(this.stack));
  }

  flush(): Promise<boolean> {
    return this.saver.flush();
  }

  /** After a 409: the server's version, with this person's unsaved changes laid over it when `keepMine`. */
  resolveStale(server: ServerVersion<R>, keepMine: boolean): void {
    const unsaved = this.saver.unsaved;
    const unsavedReading = this.saver.unsavedReading;
    this.regions = keepMine
      ? overlay(server.regions, unsaved)
      : new Map(server.regions.map((region) => [region.uuid, region]));
    this.reading = keepMine ? { ...server.reading, ...unsavedReading } : server.reading;
    this.stack = EMPTY_STACK; // its steps were made on other ground
    const uuids = new Set(server.regions.map((region) => region.uuid));
    this.saver.resolveStale({ revision: server.revision, uuids }, keepMine);
    this.changed();
  }

  dispose(): void {
    this.saver.dispose();
    this.listeners.clear();
  }

  private run(title: string, edits: readonly Edit[]): void {
    if (edits.length === 0) return;
    const command = { title, edits };
    this.stack = push(this.stack, command);
    this.take(command);
  }

  private step({ stack, command }: ReturnType<typeof undo>): Command | null {
    this.stack = stack;
    if (command) this.take(command);
    return command;
  }

  private take(command: Command): void {
    this.regions = apply(this.regions, command);
    this.saver.add({ pending: (before) => coalesceCommand(before, command) });
    this.changed();
  }

  private changed(): void {
    this.snapshot = this.takeSnapshot();
    this.listeners.forEach((listener) => listener());
  }

  private takeSnapshot(): DocumentSnapshot<R> {
    return {
      regions: this.regions,
      reading: this.reading,
      canUndo: this.stack.done.length > 0,
      canRedo: this.stack.undone.length > 0,
      save: this.saver.state,
      unsavedCount: this.saver.unsaved.size + (this.saver.unsavedReading ? 1 : 0),
      revision: this.saver.baseRevision,
    };
  }
}
