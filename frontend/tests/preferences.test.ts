import { beforeEach, describe, expect, it, vi } from "vitest";
import { PreferenceStore, SEND_AFTER_MS, type Values } from "@/preferences/store";
import { timers } from "./clock";

function makeStore(server: { values: Values; down?: boolean }, kept = new Map<string, string>()) {
  const sent: Values[] = [];
  const store = new PreferenceStore({
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
    key: "mine",
    load: () => (server.down ? Promise.reject(new Error("down")) : Promise.resolve(server.values)),
    send: (changes) => {
      if (server.down) return Promise.reject(new Error("down"));
      sent.push(changes);
      server.values = { ...server.values, ...changes };
      return Promise.resolve(server.values);
    },
    clock: timers,
  });
  return { store, sent, kept };
}

describe("preferences", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it("shows a change at once and sends many quick ones as one", async () => {
    const { store, sent } = makeStore({ values: { gamma: 1 } });
    await store.refresh();
    store.set({ gamma: 1.1 });
    store.set({ gamma: 1.2, outlines: true });
    expect(store.getSnapshot()).toEqual({ gamma: 1.2, outlines: true });

    await vi.advanceTimersByTimeAsync(SEND_AFTER_MS);

    expect(sent).toEqual([{ gamma: 1.2, outlines: true }]);
  });

  it("keeps what could not be sent over a reload and sends it later", async () => {
    const server = { values: { keys: "old" } as Values, down: true };
    const { store, kept } = makeStore(server);
    store.set({ keys: "new" });
    await vi.advanceTimersByTimeAsync(SEND_AFTER_MS);

    server.down = false;
    const again = makeStore(server, kept);
    expect(again.store.getSnapshot()).toEqual({ keys: "new" });
    await again.store.refresh();
    expect(again.store.getSnapshot()).toEqual({ keys: "new" });
    await vi.advanceTimersByTimeAsync(SEND_AFTER_MS);

    expect(server.values).toEqual({ keys: "new" });
  });

  it("goes back to the default with null", () => {
    const { store } = makeStore({ values: {} });
    store.set({ opacity: 0.4 });
    store.set({ opacity: null });

    expect(store.getSnapshot()).toEqual({});
  });

  it("begins with the defaults when what was kept can't be read", () => {
    const { store } = makeStore({ values: {} }, new Map([["mine", "{broken"]]));

    expect(store.getSnapshot()).toEqual({});
  });
});
