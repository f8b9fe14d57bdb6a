import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { signedInAgain } from "@/api/sessionSignals";
import type { Reading } from "@/api/types";
import { useSessionUser } from "@/app/session";
import type { DocumentSnapshot } from "@/labelling/document";
import { keptLabelSet } from "@/offline/answers";
import { orKept } from "@/offline/away";
import { fetchLabelSet, hasLeft, openSet, type OpenedSet } from "./labelSet";

const subscribeToNothing = () => () => undefined;
const noSnapshot = () => null;

/** Loads a label set and keeps it as a document until another one is asked for. */
export function useOpenedSet(id: number | null) {
  const { user } = useSessionUser();
  const [opened, setOpened] = useState<OpenedSet | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(
    () => signedInAgain.on(() => setAttempt((before) => (error === null ? before : before + 1))),
    [error],
  );
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    let mine: OpenedSet | null = null;
    hasLeft(id)
      .then(() => open(id, user.id))
      .then((made) => {
        if (gone) return made.close();
        mine = made;
        setError(null);
        setOpened(made);
        return undefined;
      })
      .catch((reason: unknown) => {
        if (!gone) setError(reason);
      });
    return () => {
      gone = true;
      if (mine) void mine.close();
    };
  }, [id, user.id, attempt]);
  const current = opened !== null && opened.set.id === id ? opened : null;
  useSendingSoon(current);
  const snapshot = useSyncExternalStore<DocumentSnapshot<Reading> | null>(
    current ? current.doc.subscribe : subscribeToNothing,
    current ? current.doc.getSnapshot : noSnapshot,
  );
  const reload = useCallback(() => setAttempt((before) => before + 1), []);
  return { opened: current, snapshot, error: current ? null : error, reload };
}

/** The label set as the server has it; while it is away, as it last looked here. */
async function open(id: number, user: number): Promise<OpenedSet> {
  let isKept = false;
  const found = await orKept(fetchLabelSet(id), async () => {
    const kept = await keptLabelSet(id, user);
    isKept = kept !== null;
    return kept;
  });
  return openSet(found, user, isKept);
}

/** Sends at once when the page is put away, and tries again when the connection is back. */
function useSendingSoon(opened: OpenedSet | null) {
  useEffect(() => {
    if (!opened) return;
    const { doc } = opened;
    const back = () => doc.wake();
    const away = () => {
      if (document.visibilityState === "hidden") void doc.flush();
    };
    window.addEventListener("online", back);
    document.addEventListener("visibilitychange", away);
    const stop = signedInAgain.on(back);
    return () => {
      window.removeEventListener("online", back);
      document.removeEventListener("visibilitychange", away);
      stop();
    };
  }, [opened]);
}
