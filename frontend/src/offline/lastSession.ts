/** Who the server last said is signed in with this browser: for opening what is kept here while it is away. */
import type { User } from "@/api/types";

export interface Session {
  readonly user: User | null;
  readonly demo: boolean;
  readonly one_person_site: boolean;
  readonly code_needed: boolean;
  readonly second_factor_due: boolean;
  readonly confirmed: boolean;
  readonly provider: string | null;
  readonly idle_minutes: number;
  /** The server is away; this is what it said last. */
  readonly remembered?: true;
}
type Place = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const KEY = "fovea.session";
const GOOD_FOR_MS = 12 * 3_600_000; // no session lasts longer

/** Keeps what the server said; that nobody is signed in forgets whoever was. */
export function rememberSession(session: Session, storage: Place, nowMs: number): void {
  try {
    if (session.user) storage.setItem(KEY, JSON.stringify({ session, atMs: nowMs }));
    else storage.removeItem(KEY);
  } catch {
    // A forbidden storage costs only the pages without a server.
  }
}

export function recallSession(storage: Place, nowMs: number): Session | null {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? "null") as { session: Session; atMs: number } | null;
    const isGood = kept !== null && nowMs - kept.atMs >= 0 && nowMs - kept.atMs < GOOD_FOR_MS;
    return isGood ? { ...kept.session, remembered: true } : null;
  } catch {
    return null;
  }
}
