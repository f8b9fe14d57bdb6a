import { useEffect, useRef, useState } from "react";
import { UnsavedText } from "./unsavedText";

const TYPING_MS = 1_200;

/** The conclusion as it is typed: saved a moment after the last key, on leaving the field, and on `flush`. */
export function useConclusion(saved: string, save: (conclusion: string) => Promise<unknown>) {
  const [typed, setTyped] = useState<string | null>(null);
  const [unsaved] = useState(() => new UnsavedText(setTyped));
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  const flush = () => unsaved.flush(save);
  useEffect(() => {
    if (typed === null) return;
    const timer = window.setTimeout(() => void unsaved.flush(latest.current), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [typed, unsaved]);
  useEffect(() => () => void unsaved.flush(latest.current), [unsaved]);
  return {
    text: typed ?? saved,
    isSaved: typed === null,
    type: (text: string) => unsaved.type(text),
    /** Whether all that was typed is saved now. */
    flush,
  };
}
