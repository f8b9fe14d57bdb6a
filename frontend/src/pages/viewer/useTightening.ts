import { notifications } from "@mantine/notifications";
import { useMemo, useRef, useState } from "react";
import { asApiError } from "@/api/errors";
import { fetchTightened } from "@/api/lesions";
import { plural } from "@/lib/format";
import type { RectRegion, Region } from "@/surface/shapes";
import type { OpenedSet } from "./labelSet";
import { standing, type Contour } from "./proposals";

interface Options {
  readonly image: number;
  readonly doc: OpenedSet["doc"] | null;
  readonly regions: ReadonlyMap<string, Region>;
}
interface Progress {
  readonly done: number;
  readonly of: number;
}
const IN_ONE_REQUEST = 200;

/** Contours for rectangles, as a proposal: asked for in parts, so that many rectangles show how far it is. */
export function useTightening({ image, doc, regions }: Options) {
  const [contours, setContours] = useState<readonly Contour[] | null>(null);
  const [progress, setProgress] = useState<Progress | null>(null);
  const going = useRef<AbortController | null>(null);

  const tighten = async (uuids: readonly string[] | null) => {
    if (!doc || going.current) return;
    const wanted = uuids === null ? [...regions.values()] : uuids.flatMap((uuid) => regions.get(uuid) ?? []);
    const rects = wanted.filter((one): one is RectRegion => one.shape === "rect");
    if (rects.length === 0) {
      say(uuids?.length === 0 ? "Select a rectangle first." : "There is no rectangle to tighten.");
      return;
    }
    const stop = new AbortController();
    going.current = stop;
    const found: Contour[] = [];
    try {
      for (let done = 0; done < rects.length && !stop.signal.aborted; done += IN_ONE_REQUEST) {
        setProgress({ done, of: rects.length });
        found.push(...(await contoursOf(image, rects.slice(done, done + IN_ONE_REQUEST))));
      }
      if (found.length === 0) say("No clear lesion was found inside; draw its outline by hand.");
    } catch (error) {
      const { message, remedy } = asApiError(error);
      say(`${message} ${remedy}`, found.length > 0 ? "Not all were tightened" : undefined);
    }
    going.current = null;
    setProgress(null);
    if (found.length > 0 && !stop.signal.aborted) setContours(found);
  };

  /** Takes over the contours; false when there are none. */
  const accept = (): boolean => {
    if (!contours) return false;
    const now = standing(contours, regions);
    const left = contours.length - now.length;
    if (left > 0) {
      const message = `${plural(left, "rectangle")} changed since the contour was asked for: tighten again.`;
      say(message, now.length > 0 ? "Not all were tightened" : undefined);
    }
    if (now.length > 0) doc?.update(now, `Tighten ${plural(now.length, "rectangle")}`);
    setContours(null);
    return true;
  };

  /** Drops the contours or stops looking for them; false when there was nothing to drop. */
  const discard = (): boolean => {
    const had = contours !== null || going.current !== null;
    going.current?.abort();
    setContours(null);
    return had;
  };

  const shown = useMemo(() => contours && standing(contours, regions), [contours, regions]);
  return { contours: shown, progress, tighten, accept, discard };
}

async function contoursOf(image: number, rects: readonly RectRegion[]): Promise<Contour[]> {
  const { contours } = await fetchTightened(image, rects);
  return rects.flatMap((asked): Contour[] => {
    const shape = contours.get(asked.uuid);
    return shape ? [{ asked, shape }] : [];
  });
}

function say(message: string, title = "Nothing was tightened"): void {
  notifications.show({ id: "tighten", color: "orange", title, message });
}
