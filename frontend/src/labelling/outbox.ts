/**
 * Sends what pages left behind: closed while offline, crashed, or left for another image. Runs in the background
 * of every page, for the person who is signed in only; a record that a page works on is left to that page.
 */
import { asApiError, type ApiError } from "@/api/errors";
import type { ClaimFor } from "./claims";
import type { Clock } from "./clock";
import { LabelDocument, hasUnsent, type ServerVersion } from "./document";
import { hasConflict } from "./merge";
import type { Batch, SaveState } from "./saver";
import type { KeptSummary, WorkStore } from "./store";

export interface Waiting extends KeptSummary {
  /** Why it could not be sent; null while it was not tried, or when trying again may help. */
  readonly problem: ApiError | null;
}
export interface OutboxOptions<R> {
  readonly user: number;
  readonly store: WorkStore;
  readonly claim: ClaimFor;
  readonly load: (labelSet: number) => Promise<ServerVersion<R>>;
  readonly send: (labelSet: number, batch: Batch<R>) => Promise<{ readonly revision: number }>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly isOnline: () => boolean;
}

const LOOK_EVERY_MS = 5_000;
const FIRST_LOOK_MS = 2_000; // the page that was reloaded takes its own work up first

export class Outbox<R extends object> {
  private waiting: readonly Waiting[] = [];
  private readonly problems = new Map<string, ApiError>();
  private readonly listeners = new Set<() => void>();
  private timer: number | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: OutboxOptions<R>) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): readonly Waiting[] => this.waiting;

  /** Looks soon and then every few seconds. */
  start(): void {
    this.stopped = false;
    void this.refresh();
    this.timer = this.options.clock.setTimeout(() => void this.look(), FIRST_LOOK_MS);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) this.options.clock.clearTimeout(this.timer);
  }

  /** Tries to send everything now, also what was refused before. */
  retry(): Promise<void> {
    this.problems.clear();
    return this.look();
  }

  look(): Promise<void> {
    this.running ??= this.lookOnce().finally(() => {
      this.running = null;
      if (this.timer !== null) this.options.clock.clearTimeout(this.timer);
      if (!this.stopped) this.timer = this.options.clock.setTimeout(() => void this.look(), LOOK_EVERY_MS);
    });
    return this.running;
  }

  /** Forgets a record: the person does not want it any more. */
  async discard(id: string): Promise<void> {
    await this.options.store.remove(id);
    await this.refresh();
  }

  private async lookOnce(): Promise<void> {
    const { store, user, claim } = this.options;
    const unsent = (await store.list(user)).filter(({ count }) => count > 0);
    await this.refresh();
    for (const summary of unsent) {
      if (this.stopped || !this.options.isOnline()) return;
      if (this.problems.has(summary.id)) continue;
      const mine = await claim(summary.id);
      if (!mine) continue;
      try {
        const goesOn = await this.sendOne(summary);
        if (!goesOn) break; // no connection: the others would fail as well
      } finally {
        mine.release();
      }
    }
    if (unsent.length > 0) await this.refresh();
  }

  /** False when the server can't be reached. */
  private async sendOne(summary: KeptSummary): Promise<boolean> {
    const { store, load, send, newId, clock } = this.options;
    const work = await store.read<R>(summary.id);
    if (!work || !hasUnsent(work)) return true;
    let server: ServerVersion<R>;
    try {
      server = await load(summary.labelSet);
    } catch (error) {
      return this.note(summary, asApiError(error));
    }
    const record = store.record(summary, summary.id);
    const document = new LabelDocument<R>({
      server,
      restored: work,
      send: (batch) => send(summary.labelSet, batch),
      keep: (kept, durable) => record.write(kept, durable),
      newId,
      takeSeconds: () => 0,
      clock,
    });
    await document.flush();
    if (document.getSnapshot().save.kind === "stale" && !hasConflict(document.compare(server))) {
      document.resolve(server, new Map()); // nothing both sides changed: both sides' work goes together
      await document.flush();
    }
    const { save } = document.getSnapshot();
    await document.dispose();
    return this.note(summary, problemOf(save));
  }

  private note(summary: KeptSummary, error: ApiError | null): boolean {
    if (!error) {
      this.problems.delete(summary.id);
      return true;
    }
    const mayPass = error.status === 0 || error.status >= 500 || error.status === 401;
    if (mayPass) return false;
    this.problems.set(summary.id, error);
    return true;
  }

  private async refresh(): Promise<void> {
    const kept = await this.options.store.list(this.options.user);
    const unsent = kept.filter(({ count }) => count > 0);
    const next = unsent.map((one) => ({ ...one, problem: this.problems.get(one.id) ?? null }));
    if (JSON.stringify(next) === JSON.stringify(this.waiting)) return;
    this.waiting = next;
    this.listeners.forEach((listener) => listener());
  }
}

const problemOf = (save: SaveState): ApiError | null =>
  save.kind === "failed" || save.kind === "stale" ? save.error : null;
