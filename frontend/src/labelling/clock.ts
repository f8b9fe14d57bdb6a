/** Time as the labelling code knows it, so that tests can hold it. */
export interface Clock {
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
}

export const browserClock: Clock = {
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: (timer) => window.clearTimeout(timer),
};
