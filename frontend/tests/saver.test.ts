import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import { LabelDocument } from "@/labelling/document";
import { SAVE_AFTER_MS, type Batch } from "@/labelling/saver";
import { rect } from "./regions";

interface Reading {
  dr_status: string;
  comment: string;
}
const failure = (status: number) => new ApiError({ code: "x", message: "no", status });

function makeDocument(answers: (Error | number)[]) {
  const batches: Batch<Partial<Reading>>[] = [];
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
    clock: {
      setTimeout: (run, ms) => setTimeout(run, ms) as unknown as number,
      clearTimeout: (timer) => clearTimeout(timer),
    },
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
    expect([...(batches[0]?.changes.keys() ?? [])]).toEqual(["a", "b"]);
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

  it("keeps a refused change and sends it with the edit that mends it", async () => {
    const { doc, batches } = makeDocument([failure(400)]);
    doc.add([rect("a", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "failed", retryInMs: null }, unsavedCount: 1 });

    doc.update([rect("a", 2)]);
    await settle(SAVE_AFTER_MS);

    const sent = batches[1]?.changes.get("a");
    expect(sent).toEqual({ op: "add", region: rect("a", 2) });
    expect(batches[1]?.secondsSpent).toBe(4);
    expect(doc.getSnapshot().save.kind).toBe("saved");
  });

  it("stops at a stale revision and goes on with my changes on top of the other version", async () => {
    const { doc, batches } = makeDocument([failure(409)]);
    doc.update([rect("old", 8)]);
    doc.add([rect("mine", 1)]);
    await settle(SAVE_AFTER_MS);
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "stale" }, unsavedCount: 2 });

    const server = { revision: 7, regions: [rect("theirs", 5)], reading: { dr_status: "dr", comment: "" } };
    doc.resolveStale(server, true);
    await settle(10);

    expect([...doc.getSnapshot().regions.keys()].sort()).toEqual(["mine", "old", "theirs"]);
    expect(batches[1]).toMatchObject({ baseRevision: 7 });
    expect(batches[1]?.changes.get("old")?.op).toBe("add");
    expect(doc.getSnapshot()).toMatchObject({ save: { kind: "saved" }, revision: 8 });
  });

  it("takes the other version and drops mine only when told so", async () => {
    const { doc, batches } = makeDocument([failure(409)]);
    doc.add([rect("mine", 1)]);
    await settle(SAVE_AFTER_MS);

    doc.resolveStale({ revision: 7, regions: [], reading: { dr_status: "", comment: "" } }, false);
    await settle(5_000);

    expect(doc.getSnapshot()).toMatchObject({ unsavedCount: 0, revision: 7, save: { kind: "saved" } });
    expect(batches).toHaveLength(1);
  });

  it("saves the reading as a delta and keeps unsent answers together", async () => {
    const { doc, batches } = makeDocument([]);
    doc.setReading({ dr_status: "dr" });
    doc.setReading({ comment: "bleeds" });

    await settle(SAVE_AFTER_MS);

    expect(batches[0]?.reading).toEqual({ dr_status: "dr", comment: "bleeds" });
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
