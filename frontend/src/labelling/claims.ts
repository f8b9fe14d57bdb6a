import { newUuid } from "@/lib/uuid";

/**
 * Who works on a record: one page at a time. A claim ends with its page, however that ends.
 * Web Locks do this where the address is secure; on a clinic's plain http the pages ask each other.
 */
export interface Claim {
  release(): void;
}
export type ClaimFor = (name: string) => Promise<Claim | null>;

const PREFIX = "fovea-work:";
const ANSWER_WITHIN_MS = 250;

/** The claim, or null when another page has it. */
export const claimFor: ClaimFor = (name) =>
  typeof navigator !== "undefined" && navigator.locks ? byLock(navigator.locks, name) : byAsking(name);

function byLock(locks: LockManager, name: string): Promise<Claim | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(PREFIX + name, { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}

type Message = { readonly ask: string; readonly lot: string } | { readonly taken: string };

/**
 * Asks all pages of this browser; without an answer the record is free. Of pages that ask within the same moment
 * the one with the lowest lot gets it: it answers the others, and whoever hears of a lower lot gives up.
 */
export function byAsking(name: string): Promise<Claim | null> {
  const channel = new BroadcastChannel(PREFIX);
  const lot = newUuid();
  let mine = false;
  return new Promise((resolve) => {
    const giveUp = () => {
      clearTimeout(free);
      channel.close();
      resolve(null);
    };
    const free = setTimeout(() => {
      mine = true;
      resolve({ release: () => channel.close() });
    }, ANSWER_WITHIN_MS);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if ("ask" in data) {
        if (data.ask !== name) return;
        if (mine || lot < data.lot) channel.postMessage({ taken: name } satisfies Message);
        else giveUp();
      } else if (!mine && data.taken === name) giveUp();
    };
    channel.postMessage({ ask: name, lot } satisfies Message);
  });
}
