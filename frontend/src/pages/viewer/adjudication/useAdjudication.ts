import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useCase, useKeptClaim, type Case } from "@/api/disagreements";
import { keys } from "@/api/keys";
import { useLabelSet } from "@/api/queries";
import type { LabelSet } from "@/api/types";
import { useAtWork } from "@/lib/useAtWork";
import { drawnByBoth, readersOutlines, type ReadersShown } from "./outlines";

const SOURCE = "adjudication:";
const NOTHING_YET: ReadonlySet<string> = new Set();

/** The disagreement that a label set settles, or settled; none for other label sets. */
export function caseOf(set: LabelSet | undefined): number | null {
  return set?.source.startsWith(SOURCE) ? Number(set.source.slice(SOURCE.length)) : null;
}

/** What the room knows of the two readings while their disagreement is being settled. */
export function useAdjudication(set: LabelSet | undefined, editing: boolean) {
  const id = caseOf(set);
  const settling = editing && id !== null;
  const queries = useQueryClient();
  const isAtWork = useAtWork();
  const found = useCase(id ?? 0, settling);
  const claim = useKeptClaim(id ?? 0, isAtWork, settling && found.data?.state === "open");
  const [shown, setShown] = useState<ReadersShown>({ first: true, second: true, onlyAlone: false });
  const one: Case | undefined = settling ? found.data : undefined;
  const first = useLabelSet(one?.first ?? null).data;
  const second = useLabelSet(one?.second ?? null).data;
  const both = useMemo(() => (one ? drawnByBoth(one.pair) : NOTHING_YET), [one]);
  const outlines = useMemo(
    () =>
      one
        ? readersOutlines(
            [
              ["first", first],
              ["second", second],
            ],
            both,
            shown,
          )
        : [],
    [one, first, second, both, shown],
  );
  return {
    id,
    settling,
    case: one,
    error: settling ? found.error : null,
    claimError: settling ? claim.error : null,
    /** A reading may have changed since it was loaded. */
    reload: () => {
      void queries.invalidateQueries({ queryKey: keys.disagreements });
      for (const read of [one?.first, one?.second]) {
        if (read !== undefined) void queries.invalidateQueries({ queryKey: keys.labelSet(read) });
      }
    },
    outlines,
    shown,
    show: (part: Partial<ReadersShown>) => setShown((before) => ({ ...before, ...part })),
  };
}

export type Adjudication = ReturnType<typeof useAdjudication>;
