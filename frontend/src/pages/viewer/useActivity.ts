import { useEffect, useState } from "react";
import type { ActivityMeter } from "@/lib/activity";

const HANDS = ["pointerdown", "pointermove", "keydown", "wheel"];

/** Tells the reading's clock what its person does here; a page in the background or without focus counts nothing. */
export function useActivity(activity: ActivityMeter | null, editing: boolean): void {
  useEffect(() => {
    if (!activity || !editing) return;
    const note = (event: Event) => activity.note(event.timeStamp);
    const away = (event: Event) => {
      if (event.type === "blur" || document.visibilityState === "hidden") activity.pause(event.timeStamp);
    };
    HANDS.forEach((name) => window.addEventListener(name, note, { passive: true }));
    window.addEventListener("blur", away);
    document.addEventListener("visibilitychange", away);
    return () => {
      activity.pause(performance.now());
      HANDS.forEach((name) => window.removeEventListener(name, note));
      window.removeEventListener("blur", away);
      document.removeEventListener("visibilitychange", away);
    };
  }, [activity, editing]);
}

const SHOWN_EVERY_MS = 5_000;

/** Seconds counted on this page so far, looked at now and then. */
export function useCountedSeconds(activity: ActivityMeter): number {
  const [seconds, setSeconds] = useState(() => activity.totalSeconds);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds(activity.totalSeconds), SHOWN_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [activity]);
  return seconds;
}
