import { useCallback, useEffect, useRef } from "react";

const AT_WORK_MS = 120_000; // since the last key or movement

/** Whether the person did something a short while ago. */
export function useAtWork(): () => boolean {
  const last = useRef(0);
  useEffect(() => {
    const note = () => {
      last.current = Date.now();
    };
    note();
    const listening = new AbortController();
    for (const deed of ["pointermove", "keydown", "wheel"]) {
      window.addEventListener(deed, note, { passive: true, capture: true, signal: listening.signal });
    }
    return () => listening.abort();
  }, []);
  return useCallback(() => Date.now() - last.current < AT_WORK_MS, []);
}
