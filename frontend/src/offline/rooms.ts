/**
 * A person's own readings as they last looked, in this computer's IndexedDB: shown while the server is away, put
 * away at sign-out. What is unsent is kept apart from this, in labelling/store.ts, and outlives it.
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { FundusImage, LabelSetDetail, Project } from "@/api/types";

/** One image with the reading that this person works on. */
export interface KeptRoom {
  readonly user: number;
  readonly image: FundusImage;
  readonly project: Project;
  readonly set: LabelSetDetail;
  readonly keptAtMs: number;
}
interface Row extends KeptRoom {
  readonly labelSet: number;
}
interface Schema extends DBSchema {
  rooms: { key: [number, number]; value: Row; indexes: { user: number } };
}

const KEPT_MS = 3 * 86_400_000;

export class RoomStore {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  static async open(name = "fovea-rooms"): Promise<RoomStore> {
    const database = await openDB<Schema>(name, 1, {
      upgrade: (made) =>
        made.createObjectStore("rooms", { keyPath: ["user", "labelSet"] }).createIndex("user", "user"),
    });
    return new RoomStore(database);
  }

  async keep(room: KeptRoom): Promise<void> {
    await this.database.put("rooms", { ...room, labelSet: room.set.id });
  }

  /** All of one person, the newest first; nobody gets those of somebody else. */
  async of(user: number): Promise<KeptRoom[]> {
    const rows = await this.database.getAllFromIndex("rooms", "user", user);
    return rows.sort((a, b) => b.keptAtMs - a.keptAtMs);
  }

  async forget(user: number): Promise<void> {
    const transaction = this.database.transaction("rooms", "readwrite");
    for (const key of await transaction.store.index("user").getAllKeys(user)) {
      await transaction.store.delete(key);
    }
    await transaction.done;
  }

  async tidy(nowMs: number): Promise<void> {
    for (const row of await this.database.getAll("rooms")) {
      if (nowMs - row.keptAtMs > KEPT_MS) await this.database.delete("rooms", [row.user, row.labelSet]);
    }
  }
}

let opened: Promise<RoomStore> | null = null;

function roomStore(): Promise<RoomStore> {
  opened ??= RoomStore.open().then(async (store) => {
    await store.tidy(Date.now());
    return store;
  });
  opened.catch(() => (opened = null));
  return opened;
}

/** What is kept of this person's readings; nothing where the browser keeps nothing. */
export async function roomsOf(user: number): Promise<readonly KeptRoom[]> {
  try {
    return await (await roomStore()).of(user);
  } catch {
    return [];
  }
}

export async function keepRoom(room: KeptRoom): Promise<void> {
  try {
    await (await roomStore()).keep(room);
  } catch {
    // Only the look without a server is lost; what is unsent is kept elsewhere.
  }
}

export async function forgetRooms(user: number): Promise<void> {
  try {
    await (await roomStore()).forget(user);
  } catch {
    // Nothing is kept where nothing can be.
  }
}
