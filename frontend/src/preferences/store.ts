/**
 * One person's view settings and keys: shown at once, kept on this computer, sent soon after.
 * What could not be sent stays marked as changed and goes out with the next try. No DOM.
 */
import type { Clock } from "@/labelling/clock";

export type Values = Readonly<Record<string, unknown>>;

export interface PreferenceOptions {
  readonly storage: Pick<Storage, "getItem" | "setItem">;
  /** Where this person's values lie in `storage`. */
  readonly key: string;
  readonly load: () => Promise<Values>;
  /** Sends changes (null drops a value); answers with all values. */
  readonly send: (changes: Values) => Promise<Values>;
  readonly clock: Clock;
}

export const SEND_AFTER_MS = 1_000;
const RETRY_MS = 30_000;

export class PreferenceStore {
  private server: Values;
  private unsent: Values;
  private shown: Values;
  private timer: number | null = null;
  private sending = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: PreferenceOptions) {
    const kept = read(options);
    this.server = kept.values;
    this.unsent = kept.unsent;
    this.shown = laidOver(this.server, this.unsent);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Values => this.shown;

  /** Asks the server for what was set elsewhere, and sends what still waits here. */
  async refresh(): Promise<void> {
    try {
      this.server = await this.options.load();
      this.changed();
    } catch {
      // What lies on this computer will do until the server answers.
    }
    if (Object.keys(this.unsent).length > 0) this.schedule(SEND_AFTER_MS);
  }

  /** Sets values by name; null goes back to the default. */
  set(changes: Values): void {
    this.unsent = { ...this.unsent, ...changes };
    this.changed();
    this.schedule(SEND_AFTER_MS);
  }

  /** Sends what waits; also when the connection comes back. */
  async send(): Promise<void> {
    this.cancelTimer();
    const sent = this.unsent;
    if (this.sending || Object.keys(sent).length === 0) return;
    this.sending = true;
    try {
      this.server = await this.options.send(sent);
      const left = Object.entries(this.unsent).filter(([name, value]) => sent[name] !== value);
      this.unsent = Object.fromEntries(left);
      this.changed();
      if (left.length > 0) this.schedule(SEND_AFTER_MS);
    } catch {
      this.schedule(RETRY_MS);
    } finally {
      this.sending = false;
    }
  }

  private changed(): void {
    this.shown = laidOver(this.server, this.unsent);
    const { storage, key } = this.options;
    try {
      storage.setItem(key, JSON.stringify({ values: this.server, unsent: this.unsent }));
    } catch {
      // A full or forbidden storage costs only the copy on this computer.
    }
    this.listeners.forEach((listener) => listener());
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    this.timer = this.options.clock.setTimeout(() => void this.send(), ms);
  }

  private cancelTimer(): void {
    if (this.timer !== null) this.options.clock.clearTimeout(this.timer);
    this.timer = null;
  }
}

function laidOver(values: Values, changes: Values): Values {
  return Object.fromEntries(Object.entries({ ...values, ...changes }).filter(([, value]) => value !== null));
}

const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function read({ storage, key }: PreferenceOptions): { values: Values; unsent: Values } {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? "null");
    if (isRecord(kept)) {
      const { values, unsent } = kept;
      return { values: isRecord(values) ? values : {}, unsent: isRecord(unsent) ? unsent : {} };
    }
  } catch {
    // Nothing readable: begin with the defaults.
  }
  return { values: {}, unsent: {} };
}
