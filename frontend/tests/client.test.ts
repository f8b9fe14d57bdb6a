import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LabelDocument } from "@/labelling/document";
import type { Reading } from "@/api/types";
import { answerJson, startApiServer } from "./apiServer";
import { timers } from "./clock";
import { rect } from "./regions";

describe("a connection that went dead without a word", () => {
  let stop: () => Promise<void>;
  let silent = true;
  const asked: { path: string; body: unknown }[] = [];
  const patience: number[] = [];

  beforeEach(async () => {
    vi.resetModules(); // the client takes the page's Request when it is loaded
    asked.length = 0;
    patience.length = 0;
    silent = true;
    stop = await startApiServer((request, answer) => {
      asked.push(request);
      if (!silent) answerJson(answer, { revision: 4, regions_count: 1 });
      else if (request.path.includes("label-sets/8")) answer.writeHead(200).write("{"); // and no more
    });
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      patience.push(ms);
      return timeout(Math.round(ms / 100)); // a hundred times as fast
    });
  });
  afterEach(() => stop());

  it("ends a save, which goes out again under the same change id", async () => {
    const { sendBatch } = await import("@/pages/viewer/labelSet");
    const doc = new LabelDocument<Reading>({
      server: { revision: 3, regions: [], reading: {} as Reading },
      send: (batch) => sendBatch(7, batch),
      newId: () => `change-${asked.length}`,
      takeSeconds: () => 0,
      clock: timers,
    });
    doc.add([rect("a", 1)]);

    expect(await doc.flush()).toBe(false);
    expect(doc.getSnapshot().save).toMatchObject({
      kind: "failed",
      retryInMs: 2_000,
      error: { status: 0 },
    });
    expect(patience[0]).toBeGreaterThanOrEqual(20_000);
    expect(patience[0]).toBeLessThan(21_000);

    silent = false;
    expect(await doc.flush()).toBe(true);
    const ids = asked.map(({ body }) => (body as { change_id: string }).change_id);
    expect(ids).toEqual(["change-0", "change-0"]);
    await doc.dispose();
  });

  it("gives a large save the time that a slow line needs", async () => {
    const { sendBatch } = await import("@/pages/viewer/labelSet");
    silent = false;
    const regions = Array.from({ length: 1_000 }, (_, number) => rect(`r${number}`, 1));
    const changes = new Map(regions.map((now) => [now.uuid, { was: null, now }]));
    const delta = { regions: changes, reading: { was: {}, now: {} } };
    await sendBatch(7, { changeId: "large", baseRevision: 3, delta, secondsSpent: 0 });

    const characters = JSON.stringify(asked[0]?.body).length;
    expect(patience[0]).toBeGreaterThan(20_000 + characters / 50);
    expect(patience[0]).toBeLessThan(40_000);
  });

  it("ends a request whose answer stops halfway", async () => {
    const { fetchLabelSet } = await import("@/pages/viewer/labelSet");

    await expect(fetchLabelSet(8)).rejects.toMatchObject({ name: "ApiError", status: 0 });
  });

  it("leaves requests that take a model's or a whole project's time more of it", async () => {
    const { GET } = await import("@/api/client");
    silent = false;
    await GET("/api/images/{id}/findings/", { params: { path: { id: 1 } } });
    await GET("/api/images/{id}/", { params: { path: { id: 1 } } });

    expect(patience).toEqual([120_000, 20_000]);
  });
});
