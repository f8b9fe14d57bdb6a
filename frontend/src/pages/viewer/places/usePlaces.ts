import type OpenSeadragon from "openseadragon";
import { useCallback, useMemo, useState } from "react";
import { useProposedLandmarks } from "@/api/reading";
import type { Reading } from "@/api/types";
import type { LabelDocument } from "@/labelling/document";
import { newUuid } from "@/lib/uuid";
import type { Point } from "@/surface/shapes";
import { discDiameterOf } from "./discDiameter";
import type { Marker } from "./PlaceMarkers";
import { usePlacing, type Placing } from "./usePlacing";

export type Pin = Reading["pins"][number];
const NO_PINS: readonly Pin[] = [];

/** Disc, fovea and comments at a place: what is marked, what is proposed, and marking them. */
export function usePlaces(options: {
  readonly image: number;
  readonly viewer: OpenSeadragon.Viewer | null;
  readonly doc: LabelDocument<Reading> | null;
  readonly reading: Reading | null;
  readonly editing: boolean;
}) {
  const { image, viewer, doc, reading, editing } = options;
  const [draft, setDraft] = useState<Point | null>(null);
  const [preview, setPreview] = useState<number | null>(null);
  const landmarks = reading?.landmarks;
  const pins = reading?.pins ?? NO_PINS;
  const asked = editing && landmarks !== undefined && !(landmarks.disc && landmarks.fovea);
  const found = useProposedLandmarks(image, asked);
  const proposal = useMemo(() => {
    if (!asked || !found) return null;
    const disc = landmarks.disc ? null : found.disc;
    const fovea = landmarks.fovea ? null : found.fovea;
    return disc || fovea ? { disc, fovea, diameter: disc ? found.disc_diameter : null } : null;
  }, [asked, found, landmarks]);

  const onPlaced = useCallback(
    (what: NonNullable<Placing>, [x, y]: Point) => {
      if (what === "pin") setDraft([x, y]);
      else doc?.setReading({ landmarks: { ...landmarks, [what]: [x, y] } }, `Mark the ${what}`);
    },
    [doc, landmarks],
  );
  const { placing, setPlacing } = usePlacing(editing ? viewer : null, onPlaced);

  const accept = () => {
    if (!proposal) return;
    const { disc, fovea, diameter } = proposal;
    const marked = {
      ...landmarks,
      ...(disc ? { disc } : {}),
      ...(fovea ? { fovea } : {}),
      ...(diameter ? { disc_diameter: diameter } : {}),
    };
    doc?.setReading({ landmarks: marked }, "Accept the landmarks");
  };
  const remove = (what: "disc" | "fovea") => {
    const { disc, fovea, disc_diameter: diameter } = landmarks ?? {};
    const left =
      what === "disc"
        ? { ...(fovea ? { fovea } : {}) }
        : { ...(disc ? { disc } : {}), ...(diameter ? { disc_diameter: diameter } : {}) };
    doc?.setReading({ landmarks: left }, `Unmark the ${what}`);
  };
  const setDiscDiameter = (diameter: number | null) => {
    const { disc, fovea } = landmarks ?? {};
    const places = { ...(disc ? { disc } : {}), ...(fovea ? { fovea } : {}) };
    const next = diameter === null ? places : { ...places, disc_diameter: diameter };
    doc?.setReading({ landmarks: next }, "Disc diameter");
  };
  const setPins = (next: readonly Pin[], title: string) => doc?.setReading({ pins: [...next] }, title);

  const markers = useMemo((): readonly Marker[] => {
    const marks: Marker[] = [];
    const mark = (kind: "disc" | "fovea", at: readonly number[] | null | undefined, ghost: boolean) => {
      const [x, y] = at ?? [];
      if (x === undefined || y === undefined) return;
      const name = kind === "disc" ? "Disc" : "Fovea";
      const label = ghost ? `${name}, proposed` : name;
      marks.push({ key: ghost ? `${kind}?` : kind, kind, at: [x, y], label, ghost });
    };
    mark("disc", landmarks?.disc, false);
    mark("fovea", landmarks?.fovea, false);
    mark("disc", proposal?.disc, true);
    mark("fovea", proposal?.fovea, true);
    pins.forEach(({ x, y, text }, index) =>
      marks.push({ key: String(index + 1), kind: "pin", at: [x, y], label: text, ghost: false }),
    );
    if (draft) marks.push({ key: "+", kind: "pin", at: draft, label: "New comment", ghost: true });
    return marks;
  }, [landmarks, proposal, pins, draft]);

  return {
    landmarks: landmarks ?? {},
    pins,
    proposal,
    discDiameter: preview ?? (landmarks ? discDiameterOf(landmarks) : null),
    previewDiscDiameter: setPreview,
    setDiscDiameter,
    placing,
    draft,
    markers,
    place: (what: Placing) => setPlacing(placing === what ? null : what),
    accept,
    remove,
    keepDraft: (text: string) => {
      if (draft) setPins([...pins, { uuid: newUuid(), x: draft[0], y: draft[1], text }], "Comment");
      setDraft(null);
    },
    dropDraft: () => setDraft(null),
    editPin: (uuid: string, text: string) =>
      setPins(
        pins.map((pin) => (pin.uuid === uuid ? { ...pin, text } : pin)),
        "Edit a comment",
      ),
    removePin: (uuid: string) =>
      setPins(
        pins.filter((pin) => pin.uuid !== uuid),
        "Delete a comment",
      ),
    flyTo: ({ x, y }: Pin) => {
      const picture = viewer?.world.getItemAt(0);
      if (picture) viewer?.viewport.panTo(picture.imageToViewportCoordinates(x, y));
    },
  };
}

export type Places = ReturnType<typeof usePlaces>;
