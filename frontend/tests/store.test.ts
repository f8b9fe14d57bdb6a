import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import type { ClaimFor } from "@/labelling/claims";
import { LabelDocument, type ServerVersion } from "@/labelling/document";
import { Outbox } from "@/labelling/outbox";
import type { Batch } from "@/labelling/saver";
import { WorkStore, type Owner } from "@/labelling/store";
import { claimFrom } from "@/labelling/workplace";
import { timers } from "./clock";
import { rect } from "./regions";

interface Reading {
  comment: string;
}
const ANNA: Owner = { user: 1, labelSet: 7, image: 70 };
const offline = () => new ApiError({ code: "unreachable", message: "no answer", status: 0 });

/** A server with one label set, which answers as ours does: by change id first, then by revision. */
class Server {
  revision = 0;
  regions = new Map<string, ReturnType<typeof rect>>();
  reachable = true;
  answersGetLost = false;
  readonly applied = new Map<string, number>();

  readonly load = (): Promise<ServerVersion<Reading>> => {
    if (!this.reachable) return Promise.reject(offline());
    return Promise.resolve({
      revision: this.revision,
      regions: [...this.regions.values()],
      reading: { comment: "" },
    });
  };

  readonly send = (_: number, batch: Batch<Reading>): Promise<{ revision: number }> => {
    if (!this.reachable) return Promise.reject(offline());
    const earlier = this.applied.get(batch.changeId);
    if (earlier !== undefined) return Promise.resolve({ revision: earlier });
    if (batch.baseRevision !== this.revision) {
      return Promise.reject(new ApiError({ code: "stale_revision", message: "stale", status: 409 }));
    }
    for (const [uuid, { now }] of batch.delta.regions) {
      if (now) this.regions.set(uuid, now as ReturnType<typeof rect>);
      else this.regions.delete(uuid);
    }
    this.revision += 1;
    this.applied.set(batch.changeId, this.revision);
    return this.answersGetLost ? Promise.reject(offline()) : Promise.resolve({ revision: this.revision });
  };
}

/** Claims of pages in one browser: a page that ends, however, gives them back. */
function browserClaims() {
  const taken = new Set<string>();
  const claim: ClaimFor = (name) => {
    if (taken.has(name)) return Promise.resolve(null);
    taken.add(name);
    return Promise.resolve({ release: () => void taken.delete(name) });
  };
  return { claim, crash: () => taken.clear() };
}

let names = 0;
let ids = 0;

describe("work that outlives its page", () => {
  let store: WorkStore;
  let server: Server;
  let browser: ReturnType<typeof browserClaims>;
  const open: LabelDocument<Reading>[] = [];

  beforeEach(async () => {
    store = await WorkStore.open(`test-${(names += 1)}`);
    server = new Server();
    browser = browserClaims();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((doc) => doc.dispose()));
    store.close();
  });

  async function openPage(owner = ANNA) {
    const { record, claim, work } = await claimFrom<Reading>(store, owner, browser.claim);
    const doc = new LabelDocument<Reading>({
      server: await server.load(),
      restored: work,
      send: (batch) => server.send(owner.labelSet, batch),
      keep: (kept, durable) => record.write(kept, durable),
      newId: () => `change-${(ids += 1)}`,
      takeSeconds: () => 0,
      clock: timers,
    });
    open.push(doc);
    const leave = async () => {
      await doc.dispose();
      claim.release();
    };
    return { doc, leave, record };
  }
  const outboxOf = (user: number) =>
    new Outbox<Reading>({
      user,
      store,
      claim: browser.claim,
      load: server.load,
      send: server.send,
      newId: () => `change-${(ids += 1)}`,
      clock: timers,
      isOnline: () => true,
    });
  /** The page is gone without a word, as after a crash; what it wrote stays. */
  const crash = async (page: { doc: LabelDocument<Reading> }) => {
    await page.doc.dispose();
    browser.crash();
  };

  it("brings back unsent shapes and the undo steps after a crash, and sends them", async () => {
    const first = await openPage();
    server.reachable = false;
    for (let step = 0; step < 250; step += 1) first.doc.add([rect(`r${step}`, step + 1)]);
    first.doc.undo();
    await crash(first);

    server.reachable = true;
    const { doc } = await openPage();
    expect(doc.getSnapshot().regions.size).toBe(249);
    expect(await doc.flush()).toBe(true);
    expect(server.regions.size).toBe(249);

    doc.redo();
    for (let step = 0; step < 220; step += 1) doc.undo();
    await doc.flush();
    expect(server.regions.size).toBe(30);
  });

  it("does not apply twice what arrived although its answer got lost", async () => {
    const first = await openPage();
    server.answersGetLost = true;
    first.doc.add([rect("a", 1)]);
    await first.doc.flush();
    await crash(first);
    expect(server.regions.size).toBe(1);

    server.answersGetLost = false;
    const { doc } = await openPage();
    doc.update([rect("a", 2)]);

    expect(await doc.flush()).toBe(true);
    expect(server.revision).toBe(2);
    expect(server.regions.get("a")).toEqual(rect("a", 2));
  });

  it("keeps undo over a reload after everything was saved", async () => {
    const first = await openPage();
    first.doc.add([rect("a", 1)]);
    await first.doc.flush();
    await first.leave();

    const { doc } = await openPage();
    expect(doc.getSnapshot()).toMatchObject({ canUndo: true, unsavedCount: 0, save: { kind: "saved" } });
    doc.undo();
    await doc.flush();

    expect(server.regions.size).toBe(0);
  });

  it("sends from the list what another page left, and says meanwhile how much waits", async () => {
    const page = await openPage();
    server.reachable = false;
    page.doc.add([rect("a", 1), rect("b", 1)]);
    page.doc.setReading({ comment: "two" });
    await page.leave();
    const outbox = outboxOf(ANNA.user);

    await outbox.look();
    expect(outbox.getSnapshot()).toMatchObject([{ image: 70, count: 3, problem: null }]);

    server.reachable = true;
    await outbox.look();
    outbox.stop();
    expect(outbox.getSnapshot()).toEqual([]);
    expect(server.regions.size).toBe(2);
  });

  it("never shows or sends one person's work to another", async () => {
    const page = await openPage();
    server.reachable = false;
    page.doc.add([rect("a", 1)]);
    await page.leave();
    server.reachable = true;

    const outbox = outboxOf(2);
    await outbox.look();
    outbox.stop();
    const { doc } = await openPage({ ...ANNA, user: 2 });

    expect(outbox.getSnapshot()).toEqual([]);
    expect(doc.getSnapshot()).toMatchObject({ unsavedCount: 0, canUndo: false });
    expect(server.regions.size).toBe(0);
  });

  it("leaves a record to the page that works on it, and gives a second page its own", async () => {
    const first = await openPage();
    server.reachable = false;
    first.doc.add([rect("mine", 1)]);
    const second = await openPage().catch(() => null);
    expect(second).toBeNull();
    server.reachable = true;
    const other = await openPage();

    const outbox = outboxOf(ANNA.user);
    await outbox.look();
    outbox.stop();

    expect(other.doc.getSnapshot().unsavedCount).toBe(0);
    expect(server.regions.size).toBe(0);
    expect(outbox.getSnapshot()).toMatchObject([{ count: 1 }]);
  });

  it("puts both sides' work together by itself only where they do not meet", async () => {
    server.regions.set("a", rect("a", 1));
    const page = await openPage();
    server.reachable = false;
    page.doc.add([rect("mine", 1)]);
    await page.leave();
    server.reachable = true;
    server.revision = 5;
    server.regions.set("theirs", rect("theirs", 1));
    const outbox = outboxOf(ANNA.user);
    await outbox.look();
    expect([...server.regions.keys()].sort()).toEqual(["a", "mine", "theirs"]);

    const again = await openPage();
    server.reachable = false;
    again.doc.update([rect("a", 9)]);
    await again.leave();
    server.reachable = true;
    server.revision += 1;
    server.regions.set("a", rect("a", 4));
    await outbox.look();
    outbox.stop();

    expect(outbox.getSnapshot()).toMatchObject([{ count: 1, problem: { code: "stale_revision" } }]);
    expect(server.regions.get("a")).toEqual(rect("a", 4));
  });

  it("waits for unsent work that the outbox is just sending, and then goes on with its undo steps", async () => {
    const page = await openPage();
    server.reachable = false;
    page.doc.add([rect("a", 1)]);
    await page.leave();
    const [left] = await store.list(ANNA.user);
    const held = await browser.claim(left?.id ?? "");
    setTimeout(() => held?.release(), 300);

    const { record, work } = await claimFrom<Reading>(store, ANNA, browser.claim, 8);

    expect(record.id).toBe(left?.id);
    expect(work?.stack.done).toHaveLength(1);
  });

  it("leaves a record alone once its page has gone, whatever still comes back to that page", async () => {
    let fail: (error: ApiError) => void = () => undefined;
    const answer = server.send;
    const late = vi.spyOn(server, "send").mockImplementationOnce(async (labelSet, batch) => {
      await answer(labelSet, batch);
      return new Promise((_, reject) => (fail = reject));
    });
    const first = await openPage();
    first.doc.add([rect("a", 1)]);
    void first.doc.flush();
    await vi.waitFor(() => expect(late).toHaveBeenCalledTimes(1));
    first.doc.add([rect("b", 1)]);
    await first.leave();

    const second = await openPage();
    expect(second.doc.getSnapshot().unsavedCount).toBe(2);
    await second.doc.flush();
    second.doc.remove(["b"]);
    await second.doc.flush();
    await second.leave();
    fail(offline());
    await new Promise((resolve) => setTimeout(resolve, 20));
    const outbox = outboxOf(ANNA.user);
    await outbox.look();
    outbox.stop();

    expect(await store.list(ANNA.user)).toMatchObject([{ count: 0 }]);
    expect([...server.regions.keys()]).toEqual(["a"]);
  });

  it("sends nothing any more from a page that has gone before its batch was written down", async () => {
    const send = vi.spyOn(server, "send");
    const page = await openPage();
    page.doc.add([rect("a", 1)]);
    void page.doc.flush();
    await page.leave();
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(send).not.toHaveBeenCalled();
    expect((await openPage()).doc.getSnapshot().unsavedCount).toBe(1);
  });

  it("says so when this computer keeps nothing", async () => {
    const doc = new LabelDocument<Reading>({
      server: await server.load(),
      send: (batch) => server.send(7, batch),
      keep: () => Promise.reject(new Error("disk full")),
      newId: () => "one",
      takeSeconds: () => 0,
      clock: timers,
    });
    open.push(doc);
    doc.add([rect("a", 1)]);
    expect(await doc.flush()).toBe(true);

    expect(doc.getSnapshot().kept).toBe(false);
    expect(server.regions.size).toBe(1);
  });
});
