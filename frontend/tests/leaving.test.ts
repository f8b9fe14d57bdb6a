import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LabelSetDetail } from "@/api/types";
import { answerJson, startApiServer } from "./apiServer";

const ANNA = 1;
const READING = { dr_status: "", comment: "", landmarks: {}, pins: [] };
const labelSet = (id: number, editable: boolean) =>
  ({
    id,
    image: 70,
    author: ANNA,
    editable,
    revision: 3,
    regions: [],
    reading: READING,
  }) as unknown as LabelSetDetail;

describe("leaving a reading without an edit", () => {
  const saves: unknown[] = [];
  let answers = true;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    vi.resetModules(); // the client takes the page's Request when it is loaded
    saves.length = 0;
    answers = true;
    stop = await startApiServer(({ body }, answer) => {
      saves.push(body);
      if (answers) answerJson(answer, { revision: 4, regions_count: 0 });
    });
  });
  afterEach(() => stop());

  /** Somebody looks at it for five seconds. */
  async function look(set: LabelSetDetail) {
    const { openSet } = await import("@/pages/viewer/labelSet");
    const opened = await openSet(set, ANNA);
    opened.activity.note(0);
    opened.activity.note(5_000);
    return opened;
  }

  it("saves the time spent looking", async () => {
    const opened = await look(labelSet(7, true));
    await opened.close();

    expect(saves).toMatchObject([{ base_revision: 3, changes: [], seconds_spent: 5 }]);
  });

  it("asks nothing of the server for a reading that can't be changed, or was just handed in", async () => {
    const locked = await look(labelSet(8, false));
    await locked.close();
    const handedIn = await look(labelSet(9, true));
    handedIn.lock();
    await handedIn.close();

    expect(saves).toEqual([]);
  });

  it("holds nobody back for longer than three seconds", async () => {
    answers = false;
    const opened = await look(labelSet(10, true));
    const left = performance.now();
    await opened.close();

    expect(saves).toHaveLength(1);
    expect(performance.now() - left).toBeLessThan(3_500);
  });
});
