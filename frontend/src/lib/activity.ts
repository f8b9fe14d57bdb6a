/**
 * Seconds a person really worked: the time between two things they did, unless that is longer than the idle
 * limit (then they looked away) or the page was put away in between. Pure but for its state.
 */
export const IDLE_MS = 30_000;

export class ActivityMeter {
  private last: number | null = null;
  private untakenMs = 0;
  private takenMs = 0;

  constructor(private readonly idleMs = IDLE_MS) {}

  /** Something was done at this time (ms). */
  note(atMs: number): void {
    const gap = this.last === null ? 0 : atMs - this.last;
    if (gap > 0 && gap <= this.idleMs) this.untakenMs += gap;
    this.last = atMs;
  }

  /** The page was put away: what follows begins anew. */
  pause(atMs: number): void {
    if (this.last !== null) this.note(atMs);
    this.last = null;
  }

  /** Whole tenths of seconds since the last call; what is less stays for the next. */
  take(): number {
    const tenths = Math.floor(this.untakenMs / 100);
    this.untakenMs -= tenths * 100;
    this.takenMs += tenths * 100;
    return tenths / 10;
  }

  /** Everything counted so far, taken or not. */
  get totalSeconds(): number {
    return (this.takenMs + this.untakenMs) / 1000;
  }
}
