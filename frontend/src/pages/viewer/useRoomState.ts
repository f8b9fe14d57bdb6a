import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useOpenReading } from "@/api/mutations";
import { useLabelSets } from "@/api/queries";
import type { LabelSet } from "@/api/types";
import { useSessionUser } from "@/app/session";

const NEWEST_FIRST = ["draft", "returned", "submitted", "accepted"];

/** The set shown first: my own one to work on, else what waits for a judgement, else the newest. */
export function firstChoice(sets: readonly LabelSet[], me: number): number | null {
  const mine = sets.filter((set) => set.author === me).sort(byState);
  const others = sets.filter((set) => set.regions_count > 0 || set.state === "submitted");
  return (
    (mine[0] ?? others.find(({ state }) => state === "submitted") ?? others.at(-1) ?? sets.at(-1))?.id ?? null
  );
}

const byState = (a: LabelSet, b: LabelSet) => NEWEST_FIRST.indexOf(a.state) - NEWEST_FIRST.indexOf(b.state);

/** Which label set is on the image, and starting a reading of my own. */
export function useRoomState(image: number) {
  const { user, can } = useSessionUser();
  const sets = useLabelSets(image, user.id);
  const open = useOpenReading();
  const wanted = Number(useSearchParams()[0].get("set")) || undefined;
  const [picked, setPicked] = useState<number | null | undefined>(wanted);
  const [handedIn, setHandedIn] = useState<LabelSet | null>(null);
  const list = useMemo(() => {
    const there = sets.data?.results ?? [];
    return handedIn && !there.some(({ id }) => id === handedIn.id) ? [handedIn, ...there] : there;
  }, [sets.data, handedIn]);
  const chosen = picked !== undefined ? picked : firstChoice(list, user.id);
  const canStart = can("labels.write") && sets.isSuccess && !list.some((set) => set.author === user.id);
  const start = () =>
    open.mutate(image, {
      onSuccess: (set) => setPicked(set.id),
    });
  return {
    sets,
    list,
    chosen,
    choose: setPicked,
    /** Goes on showing what was just handed in, whether or not it is listed any more. */
    keep: (set: LabelSet) => {
      setPicked(set.id);
      setHandedIn(set);
    },
    canStart,
    start,
    starting: open.isPending,
    startError: open.error,
  };
}

export type RoomState = ReturnType<typeof useRoomState>;
