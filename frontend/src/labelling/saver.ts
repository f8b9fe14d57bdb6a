/**
 * Sends pending changes as deltas against a revision, soon after each edit, one request at a time.
 * What was not confirmed by the server stays here and is sent again under the same change id, so a request
 * whose answer got lost is not applied twice. Nothing here touches the DOM; time comes in through `clock`.
 */
import { asApiError, type ApiError } from "@/api/errors";
import { mergePending, NOTHING_PENDING, rebase, type Pending } from "./changes";

export interface Batch<R> {
  readonly changeId: string;
  readonly baseRevision: number;
  readonly changes: Pending;
  readonly reading: R | null;
  readonly secondsSpent: number;
}
export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  | { readonly kind: "failed"; readonly error: ApiError; readonly retryInMs: number | null }
  | { readonly kind: "stale"; readonly error: ApiError };

export interface Clock {
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}
export interface SaverOptions<R> {
  readonly revision: number;
  readonly send: (batch: Batch<R>) => Promise<{ readonly revision: number }>;
  readonly onState: (state: SaveState) => void;
  readonly newId: () => string;
  readonly takeSeconds: () => number;
  readonly clock: Clock;
}

export const SAVE_AFTER_MS = 800;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const RETRYABLE = (error: ApiError) =>
  error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;

export class Saver<R extends object> {
  private pending: Pending = NOTHING_PENDING;
  private reading: R | null = null;
  private unconfirmed: Batch<R> | null = null;
  private sending = false;
  private timer: number | null = null;
  private failures = 0;
  private revision: number;
  private current: SaveState = { kind: "saved" };
  private secondsGivenBack = 0;
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly options: SaverOptions<R>) {
    this.revision = options.revision;
  }

  get state(): SaveState {
    return this.current;
  }

  get baseRevision(): number {
    return this.revision;
  }

  /** Everything that the server has not confirmed. */
  get unsaved(): Pending {
    return this.unconfirmed ? mergePending(this.unconfirmed.changes, this.pending) : this.pending;
  }

  get unsavedReading(): R | null {
    const sent = this.unconfirmed?.reading ?? null;
    if (sent && this.reading) return { ...sent, ...this.reading };
    return this.reading ?? sent;
  }

  get isDirty(): boolean {
    return this.unconfirmed !== null || this.pending.size > 0 || this.reading !== null;
  }

  /** Takes over what has to be saved; `reading` null leaves the reading as it is. */
  add(next: { pending?: (before: Pending) => Pending; reading?: R }): void {
    if (next.pending) this.pending = next.pending(this.pending);
    if (next.reading !== undefined) this.reading = next.reading;
    if (this.current.kind === "stale") return;
    if (!this.sending) {
      if (!this.isDirty) {
        this.cancelTimer();
        this.move({ kind: "saved" });
        return;
      }
      if (this.current.kind !== "failed") this.move({ kind: "waiting" });
      if (this.timer === null) this.schedule(SAVE_AFTER_MS);
    }
  }

  /** Sends now; resolves when all is saved or the attempt failed. */
  async flush(): Promise<boolean> {
    this.cancelTimer();
    if (this.current.kind === "stale") return false;
    if (this.sending) await new Promise<void>((resolve) => this.waiters.push(resolve));
    while (this.isDirty && !this.sending) {
      if (!(await this.sendOnce())) return false;
    }
    return !this.isDirty;
  }

  /** After a 409: goes on from the server's revision, with this person's unsaved changes or without them. */
  resolveStale(server: { revision: number; uuids: ReadonlySet<string> }, keepMine: boolean): void {
    const mine = keepMine ? rebase(this.unsaved, server.uuids) : NOTHING_PENDING;
    const reading = keepMine ? this.unsavedReading : null;
    this.unconfirmed = null;
    this.revision = server.revision;
    this.pending = mine;
    this.reading = reading;
    this.failures = 0;
    this.move(this.isDirty ? { kind: "waiting" } : { kind: "saved" });
    if (this.isDirty) this.schedule(0);
  }

  dispose(): void {
    this.cancelTimer();
  }

  private async sendOnce(): Promise<boolean> {
    const batch = this.unconfirmed ?? this.takeBatch();
    this.unconfirmed = batch;
    this.sending = true;
    this.move({ kind: "saving" });
    try {
      const { revision } = await this.options.send(batch);
      this.revision = revision;
      this.unconfirmed = null;
      this.failures = 0;
      this.sending = false;
      if (this.isDirty) this.schedule(0);
      this.move(this.isDirty ? { kind: "waiting" } : { kind: "saved" });
      return true;
    } catch (error) {
      this.sending = false;
      this.failed(asApiError(error));
      return false;
    } finally {
      this.waiters.splice(0).forEach((resume) => resume());
    }
  }

  private takeBatch(): Batch<R> {
    const batch: Batch<R> = {
      changeId: this.options.newId(),
      baseRevision: this.revision,
      changes: this.pending,
      reading: this.reading,
      secondsSpent: this.options.takeSeconds() + this.secondsGivenBack,
    };
    this.secondsGivenBack = 0;
    this.pending = NOTHING_PENDING;
    this.reading = null;
    return batch;
  }

  private failed(error: ApiError): void {
    if (error.status === 409) {
      this.move({ kind: "stale", error });
      return;
    }
    const retryInMs = RETRYABLE(error)
      ? (RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? null)
      : null;
    this.failures += 1;
    if (retryInMs === null) this.giveBack();
    else this.schedule(retryInMs);
    this.move({ kind: "failed", error, retryInMs });
  }

  /** A refused batch did not reach the revision: later edits may mend it, so it goes out again with them. */
  private giveBack(): void {
    if (!this.unconfirmed) return;
    this.pending = this.unsaved;
    this.reading = this.unsavedReading;
    this.secondsGivenBack = this.unconfirmed.secondsSpent;
    this.unconfirmed = null;
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, ms);
  }

  private cancelTimer(): void {
    if (this.timer !== null) this.options.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  private move(state: SaveState): void {
    this.current = state;
    this.options.onState(state);
  }
}
