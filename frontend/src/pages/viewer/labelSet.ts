/** Between the API's label set and the labelling document. */
import { GET, PATIENCE_MS, POST, unwrap, within } from "@/api/client";
import { asApiError } from "@/api/errors";
import { sessionInDoubt } from "@/api/sessionSignals";
import type { ChangesBody, LabelSetDetail, Reading } from "@/api/types";
import { toBody } from "@/labelling/changes";
import { browserClock } from "@/labelling/clock";
import { LabelDocument, type ServerVersion } from "@/labelling/document";
import type { Batch } from "@/labelling/saver";
import { claimWork } from "@/labelling/workplace";
import { ActivityMeter } from "@/lib/activity";
import { newUuid } from "@/lib/uuid";
import { parseShape, type Region } from "@/surface/shapes";

export interface OpenedSet {
  readonly set: LabelSetDetail;
  readonly doc: LabelDocument<Reading>;
  readonly activity: ActivityMeter;
  /** It comes from this computer, because the server is away. */
  readonly isKept: boolean;
  /** Regions whose geometry this page can't show; they stay as they are. */
  readonly unreadable: number;
  /** It was handed in: nothing more is counted or sent for it. */
  readonly lock: () => void;
  /** Leaves the label set; what can't be sent now is kept here and sent in the background. */
  readonly close: () => Promise<void>;
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
  const { landmarks, pins } = set.reading;
  return { dr_status, icdr_grade, macular_edema, gradability, ungradable_reason, comment, landmarks, pins };
}

export const serverVersion = (set: LabelSetDetail): ServerVersion<Reading> => ({
  revision: set.revision,
  regions: regionsOf(set),
  reading: readingOf(set),
});

/** A save that is not this person's any more: perhaps somebody else signed in with this browser. */
const DOUBTFUL = new Set([403, 404]);

const SLOW_LINE = 30; // characters each ms, 240 kbit/s: what a large save must get through

export async function sendBatch(id: number, batch: Batch<Reading>): Promise<{ revision: number }> {
  const { baseRevision, changeId, delta, secondsSpent } = batch;
  const answers = delta.reading.now;
  const changes = [...delta.regions].map(([uuid, change]) => toBody(uuid, change)) as ChangesBody["changes"];
  const saved = unwrap(
    POST("/api/label-sets/{id}/changes/", {
      fetch: within(PATIENCE_MS + Math.floor(JSON.stringify(changes).length / SLOW_LINE)),
      params: { path: { id } },
      body: {
        base_revision: baseRevision,
        change_id: changeId,
        changes,
        ...(Object.keys(answers).length > 0 ? { reading: answers } : {}),
        seconds_spent: secondsSpent,
      },
    }),
  );
  return saved.catch(doubt);
}

function doubt(error: unknown): never {
  if (DOUBTFUL.has(asApiError(error).status)) sessionInDoubt.emit();
  throw error;
}

export const loadServerVersion = async (id: number): Promise<ServerVersion<Reading>> =>
  serverVersion(await fetchLabelSet(id).catch(doubt));

const LEAVING_PATIENCE_MS = 3_000;

const soon = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => window.setTimeout(resolve, LEAVING_PATIENCE_MS))]);

const leaving = new Map<number, Promise<void>>();

/** Resolves once this page has left the label set that it had open before, and sent what it could. */
export const hasLeft = (id: number): Promise<unknown> => leaving.get(id) ?? Promise.resolve();

/** Opens a label set of this person with what an earlier page left unsent on this computer. */
export async function openSet(found: LabelSetDetail, user: number, isKept = false): Promise<OpenedSet> {
  const owner = { user, labelSet: found.id, image: found.image };
  const claimed = found.author === user ? await claimWork<Reading>(owner) : null;
  // What was left behind may have been sent while it was claimed.
  const isNewer = !isKept && (claimed?.work?.revision ?? 0) > found.revision;
  const set = isNewer ? await fetchLabelSet(found.id) : found;
  const activity = new ActivityMeter();
  const server = serverVersion(set);
  const doc = new LabelDocument<Reading>({
    server,
    restored: claimed?.work ?? null,
    send: (batch) => sendBatch(set.id, batch),
    ...(claimed ? { keep: (work, durable) => claimed.record.write(work, durable) } : {}),
    newId: newUuid,
    takeSeconds: () => activity.take(),
    clock: browserClock,
  });
  let editable = set.editable;
  const leave = async () => {
    await soon(doc.flush({ seconds: editable }));
    await doc.dispose();
    claimed?.claim.release();
  };
  const lock = () => {
    editable = false;
  };
  const close = () => {
    const left = leave().finally(() => leaving.delete(set.id));
    leaving.set(set.id, left);
    return left;
  };
  const unreadable = set.regions.length - server.regions.length;
  return { set, doc, activity, isKept, unreadable, lock, close };
}
