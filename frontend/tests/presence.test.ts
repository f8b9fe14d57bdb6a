import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isUnattended, shouldAskForSession, watchTouches } from "@/lib/presence";

const MINUTE = 60_000;

describe("who is at the page", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is nobody after a minute without a touch, and somebody at the next", () => {
    const page = new EventTarget();
    watchTouches(page as Window);
    page.dispatchEvent(new Event("pointerdown"));
    expect(isUnattended(Date.now() + MINUTE - 1)).toBe(false);
    expect(isUnattended(Date.now() + MINUTE)).toBe(true);

    vi.advanceTimersByTime(5 * MINUTE);
    page.dispatchEvent(new Event("keydown"));
    expect(isUnattended(Date.now())).toBe(false);
  });
});

describe("asking whether the session goes on", () => {
  it("keeps the session of a person who looks and asks for nothing", () => {
    expect(shouldAskForSession(0, 4 * MINUTE, 30)).toBe(true);
    expect(shouldAskForSession(0, 3 * MINUTE, 30)).toBe(false);
    expect(shouldAskForSession(0, 3 * MINUTE, 6)).toBe(true);
  });

  it("leaves the session of a person who left alone until it must have ended", () => {
    expect(shouldAskForSession(29 * MINUTE, 29 * MINUTE, 30)).toBe(false);
    expect(shouldAskForSession(30 * MINUTE, 1 * MINUTE, 30)).toBe(true);
  });
});
