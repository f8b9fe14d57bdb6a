import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { keys } from "@/api/keys";
import { fetchFindings, type Finding } from "@/api/lesions";
import type { FundusImage, LesionClass } from "@/api/types";
import type { Drawable } from "@/surface/ShapeBatches";
import type { Region } from "@/surface/shapes";
import type { OpenedSet } from "./labelSet";
import { openFindings } from "./proposals";
import { useTightening } from "./useTightening";
import type { LayerState } from "./viewSettings";

interface Options {
  readonly image: FundusImage;
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  /** Those that are switched on. */
  readonly classes: readonly LesionClass[];
  readonly regions: ReadonlyMap<string, Region>;
  readonly layers: LayerState;
}
const NONE: ReadonlyMap<string, Drawable> = new Map();

/** What the machine proposes: contours for rectangles, and the model's findings; a person accepts or leaves them. */
export function useProposals({ image, opened, editing, classes, regions, layers }: Options) {
  const doc = editing ? (opened?.doc ?? null) : null;
  const tightening = useTightening({ image: image.id, doc, regions });
  const { contours } = tightening;
  const [chosen, setChosen] = useState<string | null>(null);
  const asked = editing && layers.findingsInDraft;
  const told = useQuery({
    queryKey: keys.findings(image.id),
    queryFn: () => fetchFindings(image.id),
    enabled: asked,
    staleTime: 60_000,
  });

  const model = told.data?.model ?? null;
  const open = useMemo(
    () => openFindings(asked ? (told.data?.findings ?? []) : [], regions, classes),
    [asked, told.data, regions, classes],
  );
  const likely = useMemo(
    () => open.filter(({ confidence }) => confidence >= layers.minConfidence),
    [open, layers.minConfidence],
  );
  const shown = useMemo((): ReadonlyMap<string, Drawable> => {
    if (contours) return new Map(contours.map((region) => [region.uuid, region]));
    if (likely.length === 0) return NONE;
    return new Map(likely.map(({ uuid, lesionClass, shape }) => [uuid, { ...shape, uuid, lesionClass }]));
  }, [contours, likely]);

  const acceptFindings = (findings: readonly Finding[]) => {
    if (model === null || findings.length === 0) return;
    const title = findings.length === 1 ? "Accept a finding" : `Accept ${findings.length} findings`;
    doc?.add(
      findings.map(({ uuid, lesionClass, shape }) => ({
        ...shape,
        uuid,
        lesionClass,
        origin: `model:${model}`,
      })),
      title,
    );
  };

  /** Takes over what is proposed; false when nothing is. */
  const accept = (): boolean => {
    if (tightening.accept()) return true;
    const finding = likely.find(({ uuid }) => uuid === chosen);
    if (!finding || !doc) return false;
    acceptFindings([finding]);
    setChosen(null);
    return true;
  };
  return {
    contours,
    progress: tightening.progress,
    told,
    open,
    likely,
    shown,
    chosen: likely.find(({ uuid }) => uuid === chosen) ?? null,
    setChosen,
    acceptFindings,
    tighten: (uuids: readonly string[] | null) => void tightening.tighten(uuids),
    accept,
    discard: tightening.discard,
  };
}

export type Proposals = ReturnType<typeof useProposals>;
