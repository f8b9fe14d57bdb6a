import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { Reading } from "@/api/types";
import type { DocumentSnapshot } from "@/labelling/document";
import { fetchLabelSet, openSet, type OpenedSet } from "./labelSet";

const subscribeToNothing = () => () => undefined;
const noSnapshot = () => null;

/** Loads a label set and keeps it as a document until another one is asked for. */
export function useOpenedSet(id: number | null) {
  const [opened, setOpened] = useState<OpenedSet | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    let mine: OpenedSet | null = null;
    fetchLabelSet(id)
      .then((set) => {
        if (gone) return;
        mine = openSet(set);
        setError(null);
        setOpened(mine);
      })
      .catch((reason: unknown) => {
        if (!gone) setError(reason);
      });
    return () => {
      gone = true;
      const leaving = mine?.doc;
      if (leaving) void leaving.flush().finally(() => leaving.dispose());
    };
  }, [id, attempt]);
  const current = opened !== null && opened.set.id === id ? opened : null;
  const snapshot = useSyncExternalStore<DocumentSnapshot<Reading> | null>(
    current ? current.doc.subscribe : subscribeToNothing,
    current ? current.doc.getSnapshot : noSnapshot,
  );
  const reload = useCallback(() => setAttempt((before) => before + 1), []);
  return { opened: current, snapshot, error: current ? null : error, reload };
}
