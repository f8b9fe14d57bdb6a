/** Between the API's label set and the labelling document. */
import { GET, POST, unwrap } from "@/api/client";
import type { ChangesBody, LabelSetDetail, Reading } from "@/api/types";
import { toBody } from "@/labelling/changes";
import { LabelDocument, type ServerVersion } from "@/labelling/document";
import type { Batch } from "@/labelling/saver";
import { ActivityMeter } from "@/lib/activity";
import { newUuid } from "@/lib/uuid";
import { parseShape, type Region } from "@/surface/shapes";

export interface OpenedSet {
  readonly set: LabelSetDetail;
  readonly doc: LabelDocument<Reading>;
  readonly activity: ActivityMeter;
  /** Regions whose geometry this page can't show; they stay as they are. */
  readonly unreadable: number;
}

export async function fetchLabelSet(id: number): Promise<LabelSetDetail> {
  return unwrap(GET("/api/label-sets/{id}/", { params: { path: { id } } }));
}

export function regionsOf(set: LabelSetDetail): Region[] {
  return set.regions.flatMap((region): Region[] => {
    const shape = parseShape(region.shape, region.geometry);
    if (!shape) return [];
    return [{ ...shape, uuid: region.uuid, lesionClass: region.lesion_class, origin: region.origin }];
  });
}

export function readingOf(set: LabelSetDetail): Reading {
  const { dr_status, icdr_grade, macular_edema, gradability, ungradable_reason, comment } = set.reading;
  return { dr_status, icdr_grade, macular_edema, gradability, ungradable_reason, comment };
}

export const serverVersion = (set: LabelSetDetail): ServerVersion<Reading> => ({
  revision: set.revision,
  regions: regionsOf(set),
  reading: readingOf(set),
});

async function send(id: number, batch: Batch<Partial<Reading>>): Promise<{ revision: number }> {
  return unwrap(
    POST("/api/label-sets/{id}/changes/", {
      params: { path: { id } },
      body: {
        base_revision: batch.baseRevision,
        change_id: batch.changeId,
        changes: [...batch.changes.values()].map(toBody) as ChangesBody["changes"],
        ...(batch.reading ? { reading: batch.reading } : {}),
        seconds_spent: batch.secondsSpent,
      },
    }),
  );
}

export function openSet(set: LabelSetDetail): OpenedSet {
  const activity = new ActivityMeter();
  const server = serverVersion(set);
  const doc = new LabelDocument<Reading>({
    server,
    send: (batch) => send(set.id, batch),
    newId: newUuid,
    takeSeconds: () => activity.take(),
    clock: {
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
    },
  });
  return { set, doc, activity, unreadable: set.regions.length - server.regions.length };
}
