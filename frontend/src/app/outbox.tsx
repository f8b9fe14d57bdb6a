import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { signedInAgain } from "@/api/sessionSignals";
import type { Reading } from "@/api/types";
import { claimFor } from "@/labelling/claims";
import { browserClock } from "@/labelling/clock";
import { Outbox, type Waiting } from "@/labelling/outbox";
import { workStore } from "@/labelling/workplace";
import { newUuid } from "@/lib/uuid";
import { loadServerVersion, sendBatch } from "@/pages/viewer/labelSet";

const OutboxContext = createContext<Outbox<Reading> | null>(null);

/** Sends in the background what this person's earlier pages could not send. */
export function OutboxProvider({ user, children }: { user: number; children: ReactNode }) {
  const [outbox, setOutbox] = useState<Outbox<Reading> | null>(null);
  useEffect(() => {
    let made: Outbox<Reading> | null = null;
    let gone = false;
    const again = () => void made?.look();
    const tryAll = () => void made?.retry(); // what was refused while somebody else was signed in
    void workStore()
      .then((store) => {
        if (gone) return;
        made = new Outbox<Reading>({
          user,
          store,
          claim: claimFor,
          load: loadServerVersion,
          send: sendBatch,
          newId: newUuid,
          clock: browserClock,
          isOnline: () => navigator.onLine,
        });
        made.start();
        setOutbox(made);
      })
      .catch(() => undefined); // nothing can be kept here, so nothing waits
    window.addEventListener("online", again);
    const stop = signedInAgain.on(tryAll);
    return () => {
      gone = true;
      made?.stop();
      window.removeEventListener("online", again);
      stop();
    };
  }, [user]);
  return <OutboxContext.Provider value={outbox}>{children}</OutboxContext.Provider>;
}

const NOTHING: readonly Waiting[] = [];
const never = () => () => undefined;

/** What waits on this computer to be sent, and the outbox to act on it. */
export function useOutbox() {
  const outbox = useContext(OutboxContext);
  const waiting = useSyncExternalStore(outbox?.subscribe ?? never, outbox?.getSnapshot ?? (() => NOTHING));
  return { outbox, waiting };
}
