import type { Clock } from "@/labelling/clock";

/** Vitest's timers as the code under test takes them. */
export const timers: Clock = {
  setTimeout: (run, ms) => setTimeout(run, ms) as unknown as number,
  clearTimeout: (timer) => clearTimeout(timer),
};
