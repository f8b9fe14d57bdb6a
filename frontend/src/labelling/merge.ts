/** Two versions of one label set, mine and the server's newer one: what differs, and what to make of it. Pure. */
import type { Region } from "@/surface/shapes";
import { sameAnswer, sameRegion, type Change, type Delta } from "./changes";

export type Choice = "mine" | "theirs" | "both";
export type Happening =
  | "added here"
  | "changed here"
  | "removed here"
  | "added there"
  | "changed there"
  | "removed there"
  | "changed on both sides"
  | "removed here, changed there"
  | "changed here, removed there";

export interface RegionDifference {
  readonly uuid: string;
  readonly happening: Happening;
  readonly mine: Region | null;
  readonly theirs: Region | null;
  /** The person has to choose; otherwise both sides' wishes go together. */
  readonly conflict: boolean;
}
export interface AnswerDifference<R> {
  readonly name: keyof R & string;
  readonly mine: unknown;
  readonly theirs: unknown;
  readonly conflict: boolean;
}
export interface Differences<R> {
  readonly regions: readonly RegionDifference[];
  readonly answers: readonly AnswerDifference<R>[];
}
/** The side taken for each conflict, by uuid or by the answer's name; "mine" where nothing is chosen. */
export type Choices = ReadonlyMap<string, Choice>;

export interface Version<R> {
  readonly regions: readonly Region[];
  readonly reading: R;
}

/**
 * `shown` is what the person sees now, `delta` what of it the server has not confirmed, `server` its newest
 * version. Regions that look the same on both sides are no difference, whoever made them.
 */
export function differences<R extends object>(
  shown: { readonly regions: ReadonlyMap<string, Region>; readonly reading: R },
  delta: Delta<R>,
  server: Version<R>,
): Differences<R> {
  const theirs = new Map(server.regions.map((region) => [region.uuid, region]));
  const uuids = new Set([...shown.regions.keys(), ...theirs.keys(), ...delta.regions.keys()]);
  const regions = [...uuids].flatMap((uuid): RegionDifference[] => {
    const pair = { mine: shown.regions.get(uuid) ?? null, theirs: theirs.get(uuid) ?? null };
    if (sameRegion(pair.mine, pair.theirs)) return [];
    const change = delta.regions.get(uuid);
    const happening = change ? mineChanged(change, pair.theirs) : theirsChanged(pair);
    return [{ uuid, ...pair, happening, conflict: CONFLICTS.has(happening) }];
  });
  const names = Object.keys({ ...server.reading, ...delta.reading.now }) as (keyof R & string)[];
  const answers = names.flatMap((name): AnswerDifference<R>[] => {
    const pair = { mine: shown.reading[name] as unknown, theirs: server.reading[name] as unknown };
    if (sameAnswer(pair.mine, pair.theirs)) return [];
    const changedHere = name in delta.reading.now;
    const conflict = changedHere && !sameAnswer(delta.reading.was[name], pair.theirs);
    return [{ name, ...pair, mine: changedHere ? pair.mine : pair.theirs, conflict }].filter(
      (answer) => !sameAnswer(answer.mine, answer.theirs),
    );
  });
  return { regions, answers };
}

const CONFLICTS: ReadonlySet<Happening> = new Set([
  "changed on both sides",
  "removed here, changed there",
  "changed here, removed there",
]);

function mineChanged({ was, now }: Change, theirs: Region | null): Happening {
  if (sameRegion(was, theirs)) return now ? (was ? "changed here" : "added here") : "removed here";
  if (!now) return "removed here, changed there";
  return theirs ? "changed on both sides" : "changed here, removed there";
}

function theirsChanged({ mine, theirs }: { mine: Region | null; theirs: Region | null }): Happening {
  if (!theirs) return "removed there";
  return mine ? "changed there" : "added there";
}

export const hasConflict = <R>({ regions, answers }: Differences<R>): boolean =>
  regions.some(({ conflict }) => conflict) || answers.some(({ conflict }) => conflict);

/** What a person may choose for a conflict; both only where both sides have something to keep. */
export function choicesFor(difference: RegionDifference | AnswerDifference<never>): readonly Choice[] {
  const both =
    Array.isArray(difference.mine) || ("uuid" in difference && difference.mine && difference.theirs);
  return both ? ["mine", "theirs", "both"] : ["mine", "theirs"];
}

/** What is left to send so that the server's version becomes the merged one. `newId` names copies kept beside. */
export function merged<R extends object>(
  found: Differences<R>,
  choices: Choices,
  newId: () => string,
): Delta<R> {
  const regions = new Map<string, Change>();
  for (const { uuid, mine, theirs, conflict, happening } of found.regions) {
    if (happening.endsWith("there") && !conflict) continue; // theirs as it is
    const choice = conflict ? (choices.get(uuid) ?? "mine") : "mine";
    if (choice === "mine") regions.set(uuid, { was: theirs, now: mine });
    if (choice === "both" && mine) {
      const copy = newId();
      regions.set(copy, { was: null, now: { ...mine, uuid: copy } });
    }
  }
  const was: Partial<R> = {};
  const now: Partial<R> = {};
  for (const { name, mine, theirs, conflict } of found.answers) {
    const choice = conflict ? (choices.get(name) ?? "mine") : "mine";
    if (choice === "theirs") continue;
    was[name] = theirs as R[typeof name];
    now[name] = (choice === "both" ? together(mine, theirs) : mine) as R[typeof name];
  }
  return { regions, reading: { was, now } };
}

/** Both lists (pinned comments) in one; of two with the same uuid, mine. */
function together(mine: unknown, theirs: unknown): unknown {
  if (!Array.isArray(mine) || !Array.isArray(theirs)) return mine;
  const uuidOf = (item: unknown) => (item as { uuid?: unknown } | null)?.uuid;
  const known = new Set(mine.map(uuidOf));
  return [...(mine as unknown[]), ...(theirs as unknown[]).filter((item) => !known.has(uuidOf(item)))];
}
