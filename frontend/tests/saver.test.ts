import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import { LabelDocument } from "@/labelling/document";
import { SAVE_AFTER_MS, type Batch } from "@/labelling/saver";
import { timers } from "./clock";
import { rect } from "./regions";

interface Reading {
  dr_status: string;
  comment: string;
}
const stale = new ApiError({ code: "stale_revision", message: "no", status: 409 });
const failure = (status: number) => new ApiError({ code: "x", message: "no", status });

function makeDocument(answers: (Error | number)[]) {
  const batches: Batch<Reading>[] = [];
  let ids = 0;
  const doc = new LabelDocument<Reading>({
    server: { revision: 3, regions: [rect("old", 4)], reading: { dr_status: "", comment: "" } },
    send: (batch) => {
      batches.push(batch);
      const answer = answers.shift() ?? batch.baseRevision + 1;
      return typeof answer === "number" ? Promise.resolve({ revision: answer }) : Promise.reject(answer);
    },
    newId: () => `change-${(ids += 1)}`,
    takeSeconds: () => 2,
    clock: timers,
  });
  return { doc, batches };
}

const settle = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("saving a label set", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it("sends what changed within two seconds, against the revision it was made on", async () => {
    const { doc, batches } = makeDocument([]);
    doc.add([rect("a", 1)]);
    doc.add([rect("b", 1)]);
    expect(doc.getSnapshot().save.kind).toBe("waiting");

    await settle(SAVE_AFTER_MS);

    expect(SAVE_AFTER_MS).toBeLessThan(2000);
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ baseRevision: 3, secondsSpent: 2 });
    expect([...(batches[0]?.delta.regions.keys() ?? [])]).toEqual(["a", "b"]);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "saved" }, unsavedCount: 0, revision: 4 });
  });

  it("sends a lost request again under the same change id, and later edits after it", async () => {
    const { doc, batches } = makeDocument([failure(0)]);
    doc.add([rect("a", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "failed", retryInMs: 2000 }, unsavedCount: 1 });

    doc.update([rect("a", 9)]);
    await settle(2_000);

    expect(batches.map(({ changeId }) => changeId)).toEqual(["change-1", "change-1", "change-2"]);
    expect(batches[2]).toMatchObject({ baseRevision: 4 });
    expect(doc.getSnapshot().save.kind).toBe("saved");
  });

  it("sends time alone on no revision of its own, and never twice", async () => {
    const { doc, batches } = makeDocument([9, failure(0)]);
    await expect(doc.flush({ seconds: true })).resolves.toBe(true);
    expect(batches[0]).toMatchObject({ baseRevision: 3, secondsSpent: 2 });
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "saved" }, revision: 3 });

    await expect(doc.flush({ seconds: true })).resolves.toBe(true);
    await settle(60_000);
    expect(batches).toHaveLength(2);
    expect(doc.getSnapshot().save.kind).toBe("saved");

    doc.add([rect("a", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(batches[2]).toMatchObject({ baseRevision: 3 });
  });

  it("keeps a refused change and sends it with the edit that mends it", async () => {
    const { doc, batches } = makeDocument([failure(400)]);
    doc.add([rect("a", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "failed", retryInMs: null }, unsavedCount: 1 });

    doc.update([rect("a", 2)]);
    await settle(SAVE_AFTER_MS);

    const sent = batches[1]?.delta.regions.get("a");
    expect(sent).toEqual({ was: null, now: rect("a", 2) });
    expect(batches[1]?.secondsSpent).toBe(4);
    expect(doc.getSnapshot().save.kind).toBe("saved");
  });

  it("stops at a stale revision and goes on from the other version with what was chosen", async () => {
    const { doc, batches } = makeDocument([stale]);
    doc.update([rect("old", 8)]);
    doc.add([rect("mine", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "stale" }, unsavedCount: 2 });

    const server = { revision: 7, regions: [rect("theirs", 5)], reading: { dr_status: "dr", comment: "" } };
    doc.resolve(server, new Map());
    await settle(10);

    expect([...doc.getSnapshot().regions.keys()].sort()).toEqual(["mine", "old", "theirs"]);
    expect(batches[1]).toMatchObject({ baseRevision: 7 });
    expect(batches[1]?.delta.regions.get("old")?.was).toBeNull();
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "saved" }, revision: 8 });
  });

  it("drops mine only where told so, and keeps the steps that still fit", async () => {
    const { doc, batches } = makeDocument([stale]);
    doc.update([rect("old", 8)]);
    doc.add([rect("mine", 1)]);
    await settle(SAVE_AFTER_MS);

    const server = { revision: 7, regions: [rect("old", 5)], reading: { dr_status: "", comment: "" } };
    doc.resolve(server, new Map([["old", "theirs"]]));
    await settle(10);

    expect([...(batches[1]?.delta.regions.keys() ?? [])]).toEqual(["mine"]);
    expect(doc.getSnapshot().regions.get("old")).toEqual(rect("old", 5));
    expect(doc.undo()?.edits[0]?.uuid).toBe("mine");
    expect(doc.undo()).toBeNull();
  });

  it("keeps a change that a locked reading refused, and does not call it stale", async () => {
    const { doc } = makeDocument([new ApiError({ code: "label_set_locked", message: "no", status: 409 })]);
    doc.add([rect("a", 1)]);
    await settle(SAVE_AFTER_MS);

    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "failed", retryInMs: null }, unsavedCount: 1 });
  });

  it("waits for the sign-in and then sends the very same request again", async () => {
    const { doc, batches } = makeDocument([failure(401)]);
    doc.add([rect("a", 1)]);
    await settle(60_000);
    expect(doc.getSnapshot().save).toMatchObject({ kind: "failed", retryInMs: null });

    doc.wake();
    await settle(10);

    expect(batches.map(({ changeId }) => changeId)).toEqual(["change-1", "change-1"]);
    expect(doc.getSnapshot().save.kind).toBe("saved");
  });

  it("never says saved while a shape is under the hand", () => {
    const { doc } = makeDocument([]);
    doc.setTouching(true);
    expect(doc.getSnapshot().save.kind).toBe("waiting");

    doc.setTouching(false);
    expect(doc.getSnapshot().save.kind).toBe("saved");
  });

  it("undoes answers of the reading like shapes", async () => {
    const { doc, batches } = makeDocument([]);
    doc.setReading({ dr_status: "dr" });
    await settle(SAVE_AFTER_MS);
    doc.undo();
    await settle(SAVE_AFTER_MS);

    expect(doc.getSnapshot().reading.dr_status).toBe("");
    expect(batches.map(({ delta }) => delta.reading.now)).toEqual([{ dr_status: "dr" }, { dr_status: "" }]);
  });

  it("saves the reading as a delta and keeps unsent answers together", async () => {
    const { doc, batches } = makeDocument([]);
    doc.setReading({ dr_status: "dr" });
    doc.setReading({ comment: "bleeds" });

    await settle(SAVE_AFTER_MS);

    expect(batches[0]?.delta.reading.now).toEqual({ dr_status: "dr", comment: "bleeds" });
  });

  it("sends nothing when a shape is drawn and undone at once", async () => {
    const { doc, batches } = makeDocument([]);
    doc.add([rect("a", 1)]);
    doc.undo();

    await settle(5_000);

    expect(batches).toHaveLength(0);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "saved" }, canRedo: true });
  });

  it("flushes at once when asked, such as before submitting", async () => {
    const { doc, batches } = makeDocument([]);
    doc.add([rect("a", 1)]);

    await expect(doc.flush()).resolves.toBe(true);
    expect(batches).toHaveLength(1);
  });
});
