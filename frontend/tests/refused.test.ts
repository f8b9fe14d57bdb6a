import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { errorFromBody } from "@/api/errors";
import type { LesionClass } from "@/api/types";
import { LabelDocument } from "@/labelling/document";
import { refusedOf } from "@/pages/viewer/refused";
import { SaveBadge } from "@/pages/viewer/SaveBadge";
import { timers } from "./clock";
import { rect } from "./regions";

const CLASSES = [{ code: "EX", name: "Hard exudate", enabled: false }] as LesionClass[];
const switchedOff = errorFromBody(400, {
  code: "invalid_region",
  message: "'EX' is not switched on.",
  remedy: "Use one of: HE.",
  detail: { uuid: "bad", op: "add", reason: "unknown_class" },
});

/** A reading whose save the server refuses while a region of a class that was switched off is in it. */
function reading() {
  const sent: string[][] = [];
  const doc = new LabelDocument<object>({
    server: { revision: 3, regions: [], reading: {} },
    send: ({ delta, baseRevision }) => {
      sent.push([...delta.regions.keys()]);
      const refused = delta.regions.get("bad")?.now?.lesionClass === "EX";
      return refused ? Promise.reject(switchedOff) : Promise.resolve({ revision: baseRevision + 1 });
    },
    newId: () => "one",
    takeSeconds: () => 0,
    clock: timers,
  });
  const refused = () => refusedOf(doc.getSnapshot().save, doc.getSnapshot().regions, CLASSES);
  const badge = () =>
    renderToStaticMarkup(
      createElement(
        MantineProvider,
        null,
        createElement(SaveBadge, {
          state: doc.getSnapshot().save,
          unsaved: doc.getSnapshot().unsavedCount,
          kept: true,
          refused: refused(),
          onShow: () => undefined,
          onRetry: () => undefined,
          onResolve: () => undefined,
        }),
      ),
    );
  return { doc, sent, refused, badge };
}

describe("one region that the server refuses", () => {
  it("is named, and can be shown", async () => {
    const { doc, refused, badge } = reading();
    doc.add([rect("bad", 1, "EX"), rect("good", 1)]);
    expect(badge()).not.toContain("Show");
    await doc.flush();

    expect(refused()).toEqual({ name: "Hard exudate", uuid: "bad" });
    expect(badge()).toContain("Not saved: Hard exudate");
    expect(badge()).toContain("Show");
    await doc.dispose();
  });

  it("lets everything be saved once it is mended or undone", async () => {
    const { doc, sent, refused, badge } = reading();
    doc.add([rect("good", 1)]);
    doc.add([rect("bad", 1, "EX")]);
    await doc.flush();
    doc.undo();
    expect(await doc.flush()).toBe(true);
    expect(sent).toEqual([["good", "bad"], ["good"]]);

    doc.redo();
    await doc.flush();
    doc.update([rect("bad", 1, "HE")]);
    expect(await doc.flush()).toBe(true);
    expect(refused()).toBeNull();
    expect(badge()).toContain("Saved");
    await doc.dispose();
  });

  it("is not offered to be shown once it is off the image, nor where no region is to blame", async () => {
    const { doc, badge } = reading();
    doc.add([rect("bad", 1, "EX")]);
    await doc.flush();
    const { save } = doc.getSnapshot();

    expect(refusedOf(save, new Map(), CLASSES)).toEqual({ name: "a deleted region", uuid: null });
    const locked = errorFromBody(409, { code: "label_set_locked", message: "locked" });
    expect(refusedOf({ kind: "failed", error: locked, retryInMs: null }, new Map(), CLASSES)).toBeNull();
    expect(badge()).toContain("1 change kept here");
    await doc.dispose();
  });
});
