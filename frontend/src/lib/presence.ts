/**
 * Whether somebody is at the page. What a page asks for by itself while nobody touches it must not keep the session,
 * and what a person does without asking the server for anything must.
 */
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;
export const LOOK_EVERY_MS = 60_000;
/** Well under the shortest idle time that makes sense, well over what would be a nuisance. */
const KEEP_EVERY_MS = 4 * 60_000;

let touchedAtMs = Date.now();

/** Notices every touch of this window from now on. */
export function watchTouches(target: Window): void {
  const note = () => (touchedAtMs = Date.now());
  for (const kind of TOUCHES) target.addEventListener(kind, note, { capture: true, passive: true });
}

export const idleForMs = (nowMs: number): number => nowMs - touchedAtMs;

export const isUnattended = (nowMs: number): boolean => idleForMs(nowMs) >= LOOK_EVERY_MS;

/** Whether to ask the server now: to keep the session of who is here, or to learn that it has ended. */
export function shouldAskForSession(idleMs: number, sinceAskedMs: number, idleMinutes: number): boolean {
  if (idleMs < LOOK_EVERY_MS) return sinceAskedMs >= Math.min(KEEP_EVERY_MS, (idleMinutes * 60_000) / 3);
  return idleMs >= idleMinutes * 60_000;
}
