import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { GET, PATCH, unwrap } from "@/api/client";
import { useSessionUser } from "@/app/session";
import { browserClock } from "@/labelling/clock";
import { PreferenceStore, type Values } from "./store";

const stores = new Map<number, PreferenceStore>();

function storeOf(user: number): PreferenceStore {
  const known = stores.get(user);
  if (known) return known;
  const made = new PreferenceStore({
    storage: window.localStorage,
    key: `fovea.preferences.${user}`,
    load: async () => (await unwrap(GET("/api/me/preferences/"))).values,
    send: async (values) => (await unwrap(PATCH("/api/me/preferences/", { body: { values } }))).values,
    clock: browserClock,
  });
  stores.set(user, made);
  window.addEventListener("online", () => void made.send());
  void made.refresh();
  return made;
}

/** The signed-in person's values, and a way to change some of them; a change shows at once. */
export function usePreferences(): { readonly values: Values; readonly set: (changes: Values) => void } {
  const store = storeOf(useSessionUser().user.id);
  const values = useSyncExternalStore(store.subscribe, store.getSnapshot);
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === "hidden") void store.send();
    };
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, [store]);
  const set = useCallback((changes: Values) => store.set(changes), [store]);
  return useMemo(() => ({ values, set }), [values, set]);
}

/**
 * One preference. `parse` turns whatever was kept (undefined when nothing was) into a value that is fit for use;
 * define it outside the component. Setting null goes back to the default.
 */
export function usePreference<T>(
  name: string,
  parse: (kept: unknown) => T,
): [value: T, set: (next: T | null) => void] {
  const { values, set } = usePreferences();
  const kept = values[name];
  const value = useMemo(() => parse(kept), [parse, kept]);
  const change = useCallback((next: T | null) => set({ [name]: next }), [set, name]);
  return [value, change];
}
