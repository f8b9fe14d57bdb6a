/**
 * What is unsent, and the undo steps, in this computer's IndexedDB: one record for each person, label set and
 * page that worked on it. A record is written in the tick of each change; steps are written once each.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { newUuid } from "@/lib/uuid";
import { countOf, joined, type Delta } from "./changes";
import type { Command } from "./commands";
import { hasUnsent, type Work } from "./document";
import type { Batch } from "./saver";

/** Whose work on what. */
export interface Owner {
  readonly user: number;
  readonly labelSet: number;
  readonly image: number;
}
/** A record without its content: for lists. */
export interface KeptSummary extends Owner {
  readonly id: string;
  /** Unsent changes. */
  readonly count: number;
  readonly savedAtMs: number;
}
interface Row extends KeptSummary {
  readonly revision: number;
  readonly unconfirmed: Batch<object> | null;
  readonly waiting: Delta<object>;
  readonly done: readonly number[];
  readonly undone: readonly number[];
}
interface Schema extends DBSchema {
  work: { key: string; value: Row; indexes: { user: number } };
  steps: { key: [string, number]; value: Command };
}

export const DATABASE = "fovea-labels";
const CLEAN_KEPT_MS = 14 * 86_400_000; // undo steps of finished work
const WRITE_PATIENCE_MS = 2_000;
const DURABLE = { durability: "strict" } as const;

export class WorkStore {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(name = DATABASE): Promise<WorkStore> {
    const database = await openDB<Schema>(name, 1, {
      upgrade: (made) => {
        made.createObjectStore("work", { keyPath: "id" }).createIndex("user", "user");
        made.createObjectStore("steps");
      },
    });
    return new WorkStore(database);
  }

  /** Records of one person; nobody sees those of somebody else. */
  async list(user: number): Promise<KeptSummary[]> {
    const rows = await this.database.getAllFromIndex("work", "user", user);
    return rows.map(({ id, labelSet, image, count, savedAtMs }) => ({
      id,
      user,
      labelSet,
      image,
      count,
      savedAtMs,
    }));
  }

  async read<R extends object>(id: string): Promise<Work<R> | null> {
    const transaction = this.database.transaction(["work", "steps"]);
    const row = await transaction.objectStore("work").get(id);
    if (!row) return null;
    const steps = transaction.objectStore("steps");
    const find = async (numbers: readonly number[]) => {
      const found = await Promise.all(numbers.map((number) => steps.get([id, number])));
      return found.filter((command) => command !== undefined) as unknown as Command<R>[];
    };
    const stack = { done: await find(row.done), undone: await find(row.undone) };
    const { revision, unconfirmed, waiting } = row;
    return {
      revision,
      unconfirmed: unconfirmed as Batch<R> | null,
      waiting: waiting as Delta<R>,
      stack,
    };
  }

  /** A record to write to, an earlier one (whose steps go) or a new one. */
  record(owner: Owner, id = newUuid()): WorkRecord {
    return new WorkRecord(this.database, owner, id);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.database.transaction(["work", "steps"], "readwrite", DURABLE);
    await Promise.all([
      transaction.objectStore("work").delete(id),
      transaction.objectStore("steps").delete(stepsOf(id)),
      transaction.done,
    ]);
  }

  /** Drops old records that hold undo steps only. */
  async tidy(nowMs: number): Promise<void> {
    for (const row of await this.database.getAll("work")) {
      if (row.count === 0 && row.unconfirmed === null && nowMs - row.savedAtMs > CLEAN_KEPT_MS) {
        await this.remove(row.id);
      }
    }
  }

  close(): void {
    this.database.close();
  }
}

const stepsOf = (id: string) => IDBKeyRange.bound([id, 0], [id, Infinity]);

export class WorkRecord {
  private readonly numbers = new Map<Command, number>();
  private next = 1;
  private begun = false;

  constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly owner: Owner,
    readonly id: string,
  ) {}

  /**
   * Starts the write at once; rejects when it isn't done in two seconds. Done means safe from a crash of the
   * browser; with `durable`, which takes longer, from a power cut as well.
   */
  write<R extends object>(work: Work<R>, durable = false): Promise<void> {
    const durability = durable ? DURABLE : ({ durability: "relaxed" } as const);
    const transaction = this.database.transaction(["work", "steps"], "readwrite", durability);
    const steps = transaction.objectStore("steps");
    if (!this.begun) void steps.delete(stepsOf(this.id));
    this.begun = true;
    const stack = work.stack as unknown as { done: readonly Command[]; undone: readonly Command[] };
    const current = new Set([...stack.done, ...stack.undone]);
    for (const [command, number] of this.numbers) {
      if (current.has(command)) continue;
      this.numbers.delete(command);
      void steps.delete([this.id, number]);
    }
    for (const command of current) {
      if (this.numbers.has(command)) continue;
      this.numbers.set(command, this.next);
      void steps.put(command, [this.id, this.next]);
      this.next += 1;
    }
    const numbersOf = (commands: readonly Command[]) => commands.map((one) => this.numbers.get(one) ?? 0);
    const { revision, unconfirmed, waiting } = work;
    void transaction.objectStore("work").put({
      ...this.owner,
      id: this.id,
      count: countOf(unconfirmed ? joined(unconfirmed.delta, waiting) : waiting) || Number(hasUnsent(work)),
      savedAtMs: Date.now(),
      revision,
      unconfirmed,
      waiting,
      done: numbersOf(stack.done),
      undone: numbersOf(stack.undone),
    });
    return inTime(transaction.done);
  }
}

function inTime(written: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error("This computer's storage does not answer.")),
      WRITE_PATIENCE_MS,
    );
  });
  return Promise.race([written, late]).finally(() => clearTimeout(timer));
}
