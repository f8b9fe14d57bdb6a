/** What has to be sent to the server, as few changes as will do, and what each was made from. Pure. */
import { sameShape, type Region } from "@/surface/shapes";
import type { Command } from "./commands";

/** What became of one region; null means it is not there. `was` is what the server has, as far as known here. */
export interface Change {
  readonly was: Region | null;
  readonly now: Region | null;
}
/** Changed regions by uuid. */
export type RegionChanges = ReadonlyMap<string, Change>;

/** Everything that waits to be sent: regions, and the answers of the reading with what they were before. */
export interface Delta<R> {
  readonly regions: RegionChanges;
  readonly reading: { readonly was: Partial<R>; readonly now: Partial<R> };
}

export const nothing = <R>(): Delta<R> => ({ regions: new Map(), reading: { was: {}, now: {} } });

export const isEmpty = (delta: Delta<unknown>): boolean =>
  delta.regions.size === 0 && Object.keys(delta.reading.now).length === 0;

/** Changes as people count them: one for each region, one for the reading. */
export const countOf = (delta: Delta<unknown>): number =>
  delta.regions.size + (Object.keys(delta.reading.now).length > 0 ? 1 : 0);

export function sameRegion(a: Region | null, b: Region | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || (a.lesionClass === b.lesionClass && a.origin === b.origin && sameShape(a, b));
}

/** Same answer, whatever the order of an object's keys. */
export const sameAnswer = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** One change after another; what ends where it began leaves nothing. */
function follow(regions: Map<string, Change>, uuid: string, { was, now }: Change): void {
  const first = regions.get(uuid);
  const change = { was: first ? first.was : was, now };
  if (sameRegion(change.was, change.now)) regions.delete(uuid);
  else regions.set(uuid, change);
}

function followReading<R>(earlier: Delta<R>["reading"], later: Delta<R>["reading"]): Delta<R>["reading"] {
  const was: Partial<R> = { ...later.was, ...earlier.was };
  const now: Partial<R> = { ...earlier.now, ...later.now };
  const changed = (Object.keys(now) as (keyof R)[]).filter((name) => !sameAnswer(was[name], now[name]));
  const only = (answers: Partial<R>) =>
    Object.fromEntries(changed.map((name) => [name, answers[name]])) as Partial<R>;
  return { was: only(was), now: only(now) };
}

/** What waits after one more command. */
export function withCommand<R>(delta: Delta<R>, command: Command<R>): Delta<R> {
  const regions = new Map(delta.regions);
  for (const { uuid, before, after } of command.edits) follow(regions, uuid, { was: before, now: after });
  const { reading } = command;
  if (!reading) return { ...delta, regions };
  return {
    regions,
    reading: followReading(delta.reading, { was: reading.before, now: reading.after }),
  };
}

/** `later` after `earlier`, which may have reached the server or not. */
export function joined<R>(earlier: Delta<R>, later: Delta<R>): Delta<R> {
  const regions = new Map(earlier.regions);
  for (const [uuid, change] of later.regions) follow(regions, uuid, change);
  return { regions, reading: followReading(earlier.reading, later.reading) };
}

/** Regions as the person sees them once the changes are laid over the server's. */
export function overlay(server: readonly Region[], changes: RegionChanges): Map<string, Region> {
  const regions = new Map(server.map((region) => [region.uuid, region]));
  for (const [uuid, { now }] of changes) {
    if (now) regions.set(uuid, now);
    else regions.delete(uuid);
  }
  return regions;
}

const BATCH_REGIONS = 1_000;
const BATCH_CHARACTERS = 2_000_000; // the server takes bodies of 8 MB

/** What goes into one request, and what is left for the next: accepting thousands of contours at once is allowed. */
export function split<R>(delta: Delta<R>): { readonly first: Delta<R>; readonly rest: Delta<R> } {
  const first = new Map<string, Change>();
  const rest = new Map<string, Change>();
  let characters = 0;
  for (const [uuid, change] of delta.regions) {
    if (delta.regions.size > 10) characters += JSON.stringify(change.now?.geometry ?? null).length;
    const full = first.size >= BATCH_REGIONS || (first.size > 0 && characters > BATCH_CHARACTERS);
    (full ? rest : first).set(uuid, change);
  }
  return { first: { ...delta, regions: first }, rest: { ...nothing<R>(), regions: rest } };
}

const PERSONS_ORIGIN = /^(drawn|tightened|model:.+)$/;

/** Where a person's shape can have come from; a copy of an imported one counts as drawn. */
const originOf = (region: Region): string => (PERSONS_ORIGIN.test(region.origin) ? region.origin : "drawn");

/** The change as the API takes it; an update names only what it changes. */
export function toBody(uuid: string, { was, now }: Change) {
  if (!now) return { op: "remove" as const, uuid };
  const { shape, geometry, lesionClass } = now;
  const origin = originOf(now);
  if (!was) return { op: "add" as const, uuid, shape, geometry, lesion_class: lesionClass, origin };
  return {
    op: "update" as const,
    uuid,
    ...(sameShape(was, now) ? {} : { shape, geometry }),
    ...(was.lesionClass === lesionClass ? {} : { lesion_class: lesionClass }),
    ...(was.origin === now.origin ? {} : { origin }),
  };
}
