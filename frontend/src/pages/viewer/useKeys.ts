import { useMemo } from "react";
import { usePreference } from "@/preferences/usePreferences";
import { keyMapOf, labelWithKey, parseKeyChanges, type ActionId, type KeyChanges } from "./shortcuts";

/** The person's own keys: which key does what, and the names of buttons with their keys. */
export function useKeys() {
  const [changes] = usePreference<KeyChanges>("keys", parseKeyChanges);
  return useMemo(
    () => ({
      keyMap: keyMapOf(changes),
      withKey: (label: string, id: ActionId) => labelWithKey(label, id, changes),
    }),
    [changes],
  );
}
