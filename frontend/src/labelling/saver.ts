/**
 * Sends what waits as deltas against a revision, soon after each edit, one request at a time.
 * What was not confirmed by the server stays here and is sent again under the same change id, so a request
 * whose answer got lost is not applied twice. Nothing here touches the DOM; time comes in through `clock`.
 */
import { asApiError, type ApiError } from "@/api/errors";
import { isEmpty, joined, split, type Delta } from "./changes";
import type { Clock } from "./clock";

export interface Batch<R> {
  readonly changeId: string;
  readonly baseRevision: number;
  readonly delta: Delta<R>;
  readonly secondsSpent: number;
}
/** What a saver holds that the server has not confirmed. */
export interface Unsent<R> {
  readonly revision: number;
  /** Sent, but not answered: it may have arrived. */
  readonly unconfirmed: Batch<R> | null;
  readonly waiting: Delta<R>;
}
export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  | { readonly kind: "failed"; readonly error: ApiError; readonly retryInMs: number | null }
  | { readonly kind: "stale"; readonly error: ApiError };

export interface SaverOptions<R> {
  readonly unsent: Unsent<R>;
  readonly send: (batch: Batch<R>) => Promise<{ readonly revision: number }>;
  /** Puts everything unsent, the new batch's change id included, where a crash can't reach it. */
  readonly keep: () => Promise<void>;
  readonly onState: (state: SaveState) => void;
  readonly newId: () => string;
  readonly takeSeconds: () => number;
  readonly clock: Clock;
}

export const SAVE_AFTER_MS = 800;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const RETRYABLE = (error: ApiError) =>
  error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
const STALE = "stale_revision";

export class Saver<R extends object> {
  private waiting: Delta<R>;
  private unconfirmed: Batch<R> | null;
  private revision: number;
  private sending = false;
  private timer: number | null = null;
  private failures = 0;
  private current: SaveState = { kind: "saved" };
  private secondsGivenBack = 0;
  private disposed = false;
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly options: SaverOptions<R>) {
    ({ revision: this.revision, waiting: this.waiting, unconfirmed: this.unconfirmed } = options.unsent);
    if (this.isDirty) {
      this.current = { kind: "waiting" };
      this.schedule(0);
    }
  }

  get state(): SaveState {
    return this.current;
  }

  get baseRevision(): number {
    return this.revision;
  }

  /** Everything that the server has not confirmed, as one delta. */
  get delta(): Delta<R> {
    return this.unconfirmed ? joined(this.unconfirmed.delta, this.waiting) : this.waiting;
  }

  /** Time alone is not kept: sent once more it would count twice. */
  get unsent(): Unsent<R> {
    const { unconfirmed } = this;
    const kept = unconfirmed && !isEmpty(unconfirmed.delta) ? unconfirmed : null;
    return { revision: this.revision, unconfirmed: kept, waiting: this.waiting };
  }

  get isDirty(): boolean {
    return this.unconfirmed !== null || !isEmpty(this.waiting);
  }

  /** Takes over what has to be saved. */
  add(next: (waiting: Delta<R>) => Delta<R>): void {
    this.waiting = next(this.waiting);
    if (this.current.kind === "stale" || this.sending) return;
    if (!this.isDirty) {
      this.cancelTimer();
      this.move({ kind: "saved" });
      return;
    }
    if (this.current.kind !== "failed") this.move({ kind: "waiting" });
    if (this.timer === null) this.schedule(SAVE_AFTER_MS);
  }

  /** Sends now; resolves when all is saved or the attempt failed. With `seconds`, also time spent only looking. */
  async flush({ seconds = false }: { readonly seconds?: boolean } = {}): Promise<boolean> {
    this.cancelTimer();
    if (this.current.kind === "stale" || this.disposed) return !this.isDirty;
    if (this.sending) await new Promise<void>((resolve) => this.waiters.push(resolve));
    if (seconds && !this.isDirty && !this.sending) {
      const batch = this.takeBatch();
      if (batch.secondsSpent >= 1) this.unconfirmed = batch;
      else this.secondsGivenBack = batch.secondsSpent;
    }
    while (this.isDirty && !this.sending && !this.disposed) {
      if (!(await this.sendOnce())) return false;
    }
    return !this.isDirty;
  }

  /** The connection or the session is back: try again now. */
  wake(): void {
    if (this.current.kind !== "failed" || this.sending) return;
    this.failures = 0;
    void this.flush();
  }

  /** After a 409: goes on from the server's revision with what the merge left to send. */
  resolve(revision: number, delta: Delta<R>): void {
    this.unconfirmed = null;
    this.revision = revision;
    this.waiting = delta;
    this.failures = 0;
    this.move(this.isDirty ? { kind: "waiting" } : { kind: "saved" });
    if (this.isDirty) this.schedule(0);
  }

  /** Sends nothing more; what waits stays where `keep` put it. */
  dispose(): void {
    this.disposed = true;
    this.cancelTimer();
  }

  private async sendOnce(): Promise<boolean> {
    const batch = this.unconfirmed ?? this.takeBatch();
    const isNew = this.unconfirmed === null;
    const isTime = isEmpty(batch.delta);
    this.unconfirmed = batch;
    this.sending = true;
    this.move({ kind: "saving" });
    try {
      if (isNew && !isTime) await this.options.keep();
      if (this.disposed) {
        this.sending = false;
        return false; // it was written down: whoever has the record next sends it
      }
      const { revision } = await this.options.send(batch);
      if (!isTime) this.revision = revision; // of time alone the answer names a revision that may not be ours
      this.unconfirmed = null;
      this.failures = 0;
      this.sending = false;
      if (this.isDirty) this.schedule(0);
      this.move(this.isDirty ? { kind: "waiting" } : { kind: "saved" });
      return true;
    } catch (error) {
      this.sending = false;
      if (isTime) return this.letTimeGo();
      this.failed(asApiError(error));
      return false;
    } finally {
      this.waiters.splice(0).forEach((resume) => resume());
    }
  }

  /** It may have arrived, so it is not sent again. */
  private letTimeGo(): boolean {
    this.unconfirmed = null;
    this.move(this.isDirty ? { kind: "waiting" } : { kind: "saved" });
    return true;
  }

  private takeBatch(): Batch<R> {
    const { first, rest } = split(this.waiting);
    const batch: Batch<R> = {
      changeId: this.options.newId(),
      baseRevision: this.revision,
      delta: first,
      secondsSpent: this.options.takeSeconds() + this.secondsGivenBack,
    };
    this.secondsGivenBack = 0;
    this.waiting = rest;
    return batch;
  }

  private failed(error: ApiError): void {
    if (error.code === STALE) {
      this.move({ kind: "stale", error });
      return;
    }
    const retryInMs = RETRYABLE(error)
      ? (RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? null)
      : null;
    this.failures += 1;
    if (retryInMs !== null) this.schedule(retryInMs);
    else if (error.status !== 401) this.giveBack();
    this.move({ kind: "failed", error, retryInMs });
  }

  /** A refused batch did not reach the revision: later edits may mend it, so it goes out again with them. */
  private giveBack(): void {
    if (!this.unconfirmed) return;
    this.waiting = this.delta;
    this.secondsGivenBack = this.unconfirmed.secondsSpent;
    this.unconfirmed = null;
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    if (this.disposed) return;
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
