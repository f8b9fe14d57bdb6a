import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { fetchFindings, fetchTightened, type Finding } from "@/api/lesions";
import type { FundusImage } from "@/api/types";
import { plural } from "@/lib/format";
import type { Drawable } from "@/surface/ShapeBatches";
import type { Region } from "@/surface/shapes";
import type { OpenedSet } from "./labelSet";
import type { LayerState } from "./viewSettings";

interface Options {
  readonly image: FundusImage;
  readonly opened: OpenedSet | null;
  readonly editing: boolean;
  readonly regions: ReadonlyMap<string, Region>;
  readonly layers: LayerState;
}
const MAX_TIGHTEN = 500; // in one request
const NONE: ReadonlyMap<string, Drawable> = new Map();

/** What the machine proposes: contours for rectangles, and the model's findings; a person accepts or leaves them. */
export function useProposals({ image, opened, editing, regions, layers }: Options) {
  const doc = editing ? (opened?.doc ?? null) : null;
  const [contours, setContours] = useState<readonly Region[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const asked = editing && layers.findingsInDraft;
  const told = useQuery({
    queryKey: keys.findings(image.id),
    queryFn: () => fetchFindings(image.id),
    enabled: asked,
    staleTime: 60_000,
  });

  const model = told.data?.model ?? null;
  const open = useMemo(() => {
    const all = asked ? (told.data?.findings ?? []) : [];
    return all.filter((one) => !regions.has(one.uuid));
  }, [asked, told.data, regions]);
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

  const tighten = async (uuids: readonly string[] | null) => {
    if (!doc || busy) return;
    const wanted = uuids === null ? [...regions.values()] : uuids.flatMap((uuid) => regions.get(uuid) ?? []);
    const rects = wanted.filter(({ shape }) => shape === "rect");
    if (rects.length === 0) {
      say(uuids?.length === 0 ? "Select a rectangle first." : "There is no rectangle to tighten.");
      return;
    }
    setBusy(true);
    try {
      const answer = await fetchTightened(image.id, rects.slice(0, MAX_TIGHTEN));
      const tightened = rects.flatMap((rect): Region[] => {
        const shape = answer.contours.get(rect.uuid);
        const { uuid, lesionClass } = rect;
        return shape ? [{ ...shape, uuid, lesionClass, origin: "tightened" }] : [];
      });
      if (tightened.length > 0) setContours(tightened);
      else say("No clear lesion was found inside; draw its outline by hand.");
    } catch (error) {
      const { message, remedy } = asApiError(error);
      say(`${message} ${remedy}`);
    } finally {
      setBusy(false);
    }
  };

  /** Takes over what is proposed; false when nothing is. */
  const accept = (): boolean => {
    if (contours) {
      const now = contours.filter(({ uuid }) => regions.has(uuid)); // undo may have taken a rectangle meanwhile
      if (now.length > 0) doc?.update(now, `Tighten ${plural(now.length, "rectangle")}`);
      setContours(null);
      return true;
    }
    const finding = likely.find(({ uuid }) => uuid === chosen);
    if (!finding || !doc) return false;
    acceptFindings([finding]);
    setChosen(null);
    return true;
  };
  const discard = (): boolean => {
    const had = contours !== null;
    setContours(null);
    return had;
  };

  return {
    contours,
    busy,
    told,
    open,
    likely,
    shown,
    chosen: likely.find(({ uuid }) => uuid === chosen) ?? null,
    setChosen,
    acceptFindings,
    tighten: (uuids: readonly string[] | null) => void tighten(uuids),
    accept,
    discard,
  };
}

export type Proposals = ReturnType<typeof useProposals>;

function say(message: string): void {
  notifications.show({ id: "tighten", color: "orange", title: "Nothing was tightened", message });
}
