import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import { idleForMs, LOOK_EVERY_MS, shouldAskForSession } from "@/lib/presence";

/** Keeps the session of a person who only looks, and notices when that of one who left has ended. */
export function useSessionClock(idleMinutes: number | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (idleMinutes === undefined) return undefined;
    const look = () => {
      const now = Date.now();
      const asked = queries.getQueryState(keys.session)?.dataUpdatedAt ?? 0;
      if (shouldAskForSession(idleForMs(now), now - asked, idleMinutes)) {
        void queries.invalidateQueries({ queryKey: keys.session });
      }
    };
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [queries, idleMinutes]);
}
