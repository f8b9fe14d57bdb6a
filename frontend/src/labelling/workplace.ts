/** This browser's one store of unsent work, and taking up what an earlier page left in it. */
import { claimFor, type Claim, type ClaimFor } from "./claims";
import type { Work } from "./document";
import { WorkStore, type Owner, type WorkRecord } from "./store";

let opened: Promise<WorkStore> | null = null;

/** The store; rejects where the browser gives none (private windows of some, a full disk). */
export function workStore(): Promise<WorkStore> {
  opened ??= WorkStore.open().then((store) => {
    void store.tidy(Date.now()).catch(() => undefined);
    return store;
  });
  opened.catch(() => (opened = null));
  return opened;
}

export interface ClaimedWork<R> {
  readonly record: WorkRecord;
  readonly claim: Claim;
  readonly work: Work<R> | null;
}

/** A record for this page alone: what was left behind, unsent work first, or a new one. Null without a store. */
export async function claimWork<R extends object>(owner: Owner): Promise<ClaimedWork<R> | null> {
  try {
    return await claimFrom<R>(await workStore(), owner, claimFor, TRIES);
  } catch {
    return null; // the page says that nothing is kept here
  }
}

const TRIES = 8;
const pause = () => new Promise((resolve) => setTimeout(resolve, 250));

/** Unsent work in other hands is waited for (`tries`): most often the outbox has it, and is done in a moment. */
export async function claimFrom<R extends object>(
  store: WorkStore,
  owner: Owner,
  claim: ClaimFor,
  tries = 1,
): Promise<ClaimedWork<R>> {
  const left = (await store.list(owner.user))
    .filter(({ labelSet }) => labelSet === owner.labelSet)
    .sort((a, b) => Number(b.count > 0) - Number(a.count > 0) || b.savedAtMs - a.savedAtMs);
  for (const { id, count } of left) {
    const mine = await claim(id);
    if (mine) return { record: store.record(owner, id), claim: mine, work: await store.read<R>(id) };
    if (count > 0 && tries > 1) {
      await pause();
      return claimFrom<R>(store, owner, claim, tries - 1);
    }
  }
  const record = store.record(owner);
  const mine = await claim(record.id);
  if (!mine) throw new Error("A new record can't be taken already.");
  return { record, claim: mine, work: null };
}
