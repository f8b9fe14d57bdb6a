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

type Message = { readonly ask: string } | { readonly taken: string };

/** Asks all pages of this browser; without an answer the record is free. */
export function byAsking(name: string): Promise<Claim | null> {
  const channel = new BroadcastChannel(PREFIX);
  return new Promise((resolve) => {
    const free = setTimeout(() => {
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if ("ask" in data && data.ask === name) channel.postMessage({ taken: name });
      };
      resolve({ release: () => channel.close() });
    }, ANSWER_WITHIN_MS);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (!("taken" in data) || data.taken !== name) return;
      clearTimeout(free);
      channel.close();
      resolve(null);
    };
    channel.postMessage({ ask: name });
  });
}
