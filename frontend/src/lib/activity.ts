/** Seconds a person really worked: gaps longer than the idle limit count for nothing. Pure but for its state. */
export class ActivityMeter {
  private last: number | null = null;
  private activeMs = 0;

  constructor(private readonly idleMs = 60_000) {}

  /** Something was done at this time (ms). */
  note(atMs: number): void {
    const gap = this.last === null ? 0 : atMs - this.last;
    if (gap > 0 && gap <= this.idleMs) this.activeMs += gap;
    this.last = atMs;
  }

  /** Whole tenths of seconds since the last call. */
  take(): number {
    const seconds = Math.round(this.activeMs / 100) / 10;
    this.activeMs = 0;
    return seconds;
  }
}
