import { useEffect } from "react";
import type { FundusImage, LabelSetDetail, Project, Reading } from "@/api/types";
import type { DocumentSnapshot } from "@/labelling/document";
import { keepRoom } from "@/offline/rooms";
import type { OpenedSet } from "./labelSet";

const AFTER_MS = 1_000;

interface Shown {
  readonly user: number;
  readonly image: FundusImage;
  readonly project: Project | undefined;
  readonly opened: OpenedSet | null;
  readonly snapshot: DocumentSnapshot<Reading> | null;
  readonly editing: boolean;
}

/** Keeps a look of one's own reading on this computer, for when the page is opened and the server is away. */
export function useKeptRoom({ user, image, project, opened, snapshot, editing }: Shown): void {
  const isMine = opened?.set.author === user && editing;
  const { regions, reading, revision } = snapshot ?? {};
  useEffect(() => {
    if (!isMine || !opened || !project || !regions || !reading || revision === undefined) return;
    const set = asShown(opened.set, { regions, reading, revision });
    const nameless = { ...image, source_name: null }; // file names may say whose eye it is
    const keep = () => void keepRoom({ user, image: nameless, project, set, keptAtMs: Date.now() });
    const away = () => {
      if (document.visibilityState === "hidden") keep();
    };
    const timer = window.setTimeout(keep, AFTER_MS);
    document.addEventListener("visibilitychange", away);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", away);
    };
  }, [user, image, project, opened, isMine, regions, reading, revision]);
}

type Parts = Pick<DocumentSnapshot<Reading>, "regions" | "reading" | "revision">;

/** The label set with what is on the page now, unsent changes among it: laid over it once more they change nothing. */
function asShown(set: LabelSetDetail, { regions, reading, revision }: Parts): LabelSetDetail {
  const shown = [...regions.values()].map(({ uuid, shape, geometry, lesionClass, origin }) => ({
    uuid,
    shape,
    geometry,
    lesion_class: lesionClass,
    origin,
  }));
  return { ...set, reading, revision, regions: shown as unknown as LabelSetDetail["regions"] };
}
