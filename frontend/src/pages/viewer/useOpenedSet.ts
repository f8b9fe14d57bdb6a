import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { signedInAgain } from "@/api/sessionSignals";
import type { Reading } from "@/api/types";
import { useSessionUser } from "@/app/session";
import type { DocumentSnapshot } from "@/labelling/document";
import { fetchLabelSet, hasLeft, openSet, type OpenedSet } from "./labelSet";

const subscribeToNothing = () => () => undefined;
const noSnapshot = () => null;

/** Loads a label set and keeps it as a document until another one is asked for. */
export function useOpenedSet(id: number | null) {
  const { user } = useSessionUser();
  const [opened, setOpened] = useState<OpenedSet | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    let mine: OpenedSet | null = null;
    hasLeft(id)
      .then(() => fetchLabelSet(id))
      .then((set) => openSet(set, user.id))
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
