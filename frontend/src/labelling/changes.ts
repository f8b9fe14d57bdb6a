/** What has to be sent to the server, as few changes as will do. Pure. */
import type { Region } from "@/surface/shapes";
import type { Command } from "./commands";

export type Change =
  | { readonly op: "add" | "update"; readonly region: Region }
  | { readonly op: "remove"; readonly uuid: string };

/** Pending changes by region, at most one each. */
export type Pending = ReadonlyMap<string, Change>;

export const NOTHING_PENDING: Pending = new Map();

export const uuidOf = (change: Change): string => (change.op === "remove" ? change.uuid : change.region.uuid);

/** Pending changes after one more: an add that is then removed leaves nothing, an add then moved is one add. */
export function coalesce(pending: Pending, change: Change): Pending {
  const next = new Map(pending);
  const uuid = uuidOf(change);
  const before = pending.get(uuid);
  if (change.op === "remove") {
    if (before?.op === "add") next.delete(uuid);
    else next.set(uuid, change);
    return next;
  }
  const op = opAfter(before?.op, change.op);
  next.set(uuid, { op, region: change.region });
  return next;
}

function opAfter(before: Change["op"] | undefined, now: "add" | "update"): "add" | "update" {
  if (before === "add") return "add";
  if (before === "remove") return "update"; // the server still has it: bringing it back is an update
  return now;
}

export function coalesceCommand(pending: Pending, command: Command): Pending {
  return command.edits.reduce((changes, { uuid, before, after }) => {
    if (!after) return before ? coalesce(changes, { op: "remove", uuid }) : changes;
    return coalesce(changes, { op: before ? "update" : "add", region: after });
  }, pending);
}

/** `later` on top of `earlier`, which may have reached the server or not. */
export function mergePending(earlier: Pending, later: Pending): Pending {
  return [...later.values()].reduce(coalesce, earlier);
}

/**
 * The same wishes against what the server has now: an update of a region that is gone becomes an add,
 * an add of one that is there becomes an update, the removal of one that is gone is dropped.
 */
export function rebase(pending: Pending, serverHas: ReadonlySet<string>): Pending {
  const next = new Map<string, Change>();
  for (const [uuid, change] of pending) {
    if (change.op !== "remove") next.set(uuid, { ...change, op: serverHas.has(uuid) ? "update" : "add" });
    else if (serverHas.has(uuid)) next.set(uuid, change);
  }
  return next;
}

/** Regions as the person sees them once the pending changes are laid over the server's. */
export function overlay(server: readonly Region[], pending: Pending): Map<string, Region> {
  const regions = new Map(server.map((region) => [region.uuid, region]));
  for (const [uuid, change] of pending) {
    if (change.op === "remove") regions.delete(uuid);
    else regions.set(uuid, change.region);
  }
  return regions;
}

/** The change as the API takes it. */
export function toBody(change: Change) {
  if (change.op === "remove") return { op: change.op, uuid: change.uuid };
  const { uuid, shape, geometry, lesionClass } = change.region;
  return { op: change.op, uuid, shape, geometry, lesion_class: lesionClass };
}
