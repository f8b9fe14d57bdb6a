/** How far a search is, in words. Pure. */

export interface Counts {
  readonly trials_all: number;
  readonly trials_planned: number;
  readonly trials_queued: number;
  readonly trials_running: number;
  readonly trials_finished: number;
  readonly trials_stopped_early: number;
  readonly trials_failed: number;
  readonly trials_cancelled: number;
}

/** Trials that have ended with a result or for good. */
export const doneOf = (counts: Counts): number =>
  counts.trials_finished + counts.trials_stopped_early + counts.trials_failed;

/** "7 of 9 trials done, 2 of them stopped early · 1 running · 1 waiting". */
export function progressInWords(counts: Counts): string {
  const parts = [
    [counts.trials_stopped_early, "stopped early"],
    [counts.trials_failed, "failed"],
  ] as const;
  const among = parts.filter(([count]) => count > 0).map(([count, how]) => `${count} of them ${how}`);
  const done = [`${doneOf(counts)} of ${counts.trials_all} trials done`, ...among].join(", ");
  const others = [
    [counts.trials_running, "running"],
    [counts.trials_queued + counts.trials_planned, "to come"],
    [counts.trials_cancelled, "cancelled"],
  ] as const;
  return [done, ...others.filter(([count]) => count > 0).map(([count, how]) => `${count} ${how}`)].join(
    " · ",
  );
}
