import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { ApiError, errorFromNetwork } from "@/api/errors";
import { isAway, orKept } from "@/offline/away";
import { recallSession, rememberSession, type Session } from "@/offline/lastSession";
import { RoomStore, type KeptRoom } from "@/offline/rooms";

const HOUR_MS = 3_600_000;
const said = (status: number) => new ApiError({ code: "any", message: "No.", status });

describe("a server that is away", () => {
  it("is one that does not answer, or a proxy with nobody behind it", () => {
    expect([errorFromNetwork(), said(502), said(503), said(504)].every(isAway)).toBe(true);
    expect([said(401), said(404), said(500)].some(isAway)).toBe(false);
  });

  it("is stood in for by what is kept here; a refusal is not", async () => {
    await expect(orKept(Promise.reject(errorFromNetwork()), () => "kept")).resolves.toBe("kept");
    await expect(orKept(Promise.reject(errorFromNetwork()), () => null)).rejects.toThrow("did not answer");
    await expect(orKept(Promise.reject(said(403)), () => "kept")).rejects.toThrow("No.");
  });
});

describe("who was signed in last", () => {
  const session = { user: { id: 7 }, demo: false } as Session;
  const storage = () => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
  };

  it("is known for as long as a session can last", () => {
    const place = storage();
    rememberSession(session, place, 0);
    expect(recallSession(place, 11 * HOUR_MS)).toEqual({ ...session, remembered: true });
    expect(recallSession(place, 13 * HOUR_MS)).toBeNull();
  });

  it("is forgotten as soon as the server says that nobody is", () => {
    const place = storage();
    rememberSession(session, place, 0);
    rememberSession({ ...session, user: null }, place, 1);
    expect(recallSession(place, 2)).toBeNull();
  });
});

describe("kept readings", () => {
  const room = (user: number, set: number, keptAtMs: number) =>
    ({ user, set: { id: set }, image: { id: 1 }, keptAtMs }) as unknown as KeptRoom;

  it("are each person's own, the newest first", async () => {
    const store = await RoomStore.open("own");
    await store.keep(room(1, 10, 5));
    await store.keep(room(1, 11, 9));
    await store.keep(room(2, 12, 7));
    expect((await store.of(1)).map(({ set }) => set.id)).toEqual([11, 10]);
  });

  it("go when their person signs out, and only those", async () => {
    const store = await RoomStore.open("forgotten");
    await store.keep(room(1, 10, 5));
    await store.keep(room(2, 12, 7));
    await store.forget(1);
    expect(await store.of(1)).toEqual([]);
    expect(await store.of(2)).toHaveLength(1);
  });

  it("go after three days", async () => {
    const store = await RoomStore.open("old");
    await store.keep(room(1, 10, 0));
    await store.keep(room(1, 11, 60 * HOUR_MS));
    await store.tidy(73 * HOUR_MS);
    expect((await store.of(1)).map(({ set }) => set.id)).toEqual([11]);
  });
});
