import { Badge, Group, Loader, NativeSelect, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type OpenSeadragon from "openseadragon";
import { useEffect, useMemo, useRef } from "react";
import type { LesionClass } from "@/api/types";
import { DecisionBadge, EarlierModelBadge } from "@/components/badges";
import { pictureUrl } from "@/components/parts";
import { asApiError } from "@/api/errors";
import { eyeName } from "@/lib/format";
import { hit } from "@/surface/hits";
import { patternNamed } from "@/surface/patterns";
import { RegionStage } from "@/surface/RegionStage";
import { imagePointOf, zoomOf } from "@/surface/SelectTool";
import type { BatchStyle } from "@/surface/ShapeBatches";
import { Overlays, type Overlay } from "../viewer/overlays";
import { useImageViewer } from "../viewer/useImageViewer";
import { noImageOf } from "../patients/eyes";
import type { ExamImage, Side, Sides } from "./exams";
import { classAndMark, shapesOf, type Mark } from "./judgedShapes";
import type { LinkedViews } from "./linkedViews";
import { isDrawn, type ReviewLayers } from "./layers";
import { MapLayer } from "./MapLayer";
import type { Thresholds } from "./thresholds";
import { judgedImage, type EyeData, type Judging } from "./useEye";

const REJECTED = "#adb5bd";

interface Props {
  readonly side: Side;
  readonly eye: EyeData;
  readonly sides: Sides;
  readonly onImage: (image: number) => void;
  readonly layers: ReviewLayers;
  readonly classes: readonly LesionClass[];
  readonly thresholds: Thresholds;
  readonly views: LinkedViews;
  /** The finding that is chosen, of either eye. */
  readonly chosen: string | null;
  readonly onChoose: (uuid: string | null) => void;
  readonly onViewer: (side: Side, viewer: OpenSeadragon.Viewer | null) => void;
  readonly judging: Judging;
}

/** One eye: the photograph with its overlays, and below it what the image comes to. */
export function EyePane(props: Props) {
  const { side, eye, sides, layers } = props;
  const { image } = eye;
  const images = sides[side];
  const name = image ? eyeName(image.eye) : side === "right" ? "Right eye (OD)" : "Left eye (OS)";
  return (
    <section className="review-eye" aria-label={name} data-image={image?.id}>
      {image ? (
        <Picture key={image.id} {...props} image={image} />
      ) : (
        <Text className="review-no-eye" c="dimmed" size="sm">
          {noImageOf(side, [...sides.right, ...sides.left])}
        </Text>
      )}
      <footer className="review-eye-foot">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        {images.length > 1 && image && (
          <NativeSelect
            size="xs"
            aria-label={`Image of the ${name.toLowerCase()}`}
            value={String(image.id)}
            data={images.map((one, index) => ({
              value: String(one.id),
              label: `Image ${index + 1} of ${images.length}${one.field ? `, ${one.field}` : ""}`,
            }))}
            onChange={(event) => props.onImage(Number(event.currentTarget.value))}
          />
        )}
        {image && <ImageVerdict image={image.id} eye={eye} judging={props.judging} />}
        {eye.mapsPending && <Loader size="xs" aria-label="Loading the maps" />}
        {eye.mapsError && (
          <Text size="xs" c="orange">
            {asApiError(eye.mapsError).message}
          </Text>
        )}
        {layers.maps === "difference" && !layers.bare && <ComparedWith eye={eye} />}
      </footer>
    </section>
  );
}

/** What the image comes to: as the review that is shown has it, else as today's models do. */
function ImageVerdict({ image, eye, judging }: { image: number; eye: EyeData; judging: Judging }) {
  const today = eye.decision.data;
  if (judging === undefined || !today) return null;
  if (judging === "none") {
    return (
      <Group gap={6} wrap="nowrap">
        <DecisionBadge
          short
          outcome={today.outcome}
          probability={today.dr_probability}
          threshold={today.dr_threshold}
          why={inWords(today.reasons)}
        />
        {!today.by_champions && <EarlierModelBadge />}
      </Group>
    );
  }
  const judged = judging.decisions.find((one) => one.scope === "image" && one.image === image);
  if (!judged) return null;
  const isOfToday = judging.state === "draft" && !judging.outdated && judged.agreed;
  return (
    <DecisionBadge
      short
      outcome={judged.outcome}
      probability={isOfToday ? today.dr_probability : null}
      threshold={today.dr_threshold}
      why={[judged.reason, inWords(judged.reasons)].filter(Boolean).join(" ")}
    />
  );
}

const inWords = (reasons: readonly { readonly message: string }[]) =>
  reasons.map(({ message }) => message).join(" ");

function ComparedWith({ eye }: { eye: EyeData }) {
  if (!eye.chosen) {
    return (
      <Badge color="gray" variant="light" radius="sm" tt="none">
        no labels to compare with
      </Badge>
    );
  }
  if (eye.notLookedFor.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      The labels don’t say: {eye.notLookedFor.join(", ")}
    </Text>
  );
}

function Picture(props: Props & { image: ExamImage }) {
  const { image, side, eye, layers, classes, thresholds, views, chosen, onChoose, onViewer } = props;
  const place = useRef<HTMLDivElement>(null);
  const { viewer, failed } = useImageViewer(place, pictureUrl(image.id, "original"), image, false);
  // Made by the first effect; those after it run again with another viewer, too.
  const over = useRef<{ shapes: RegionStage; maps: MapLayer; pictures: Overlays } | null>(null);

  useEffect(() => {
    onViewer(side, viewer);
    if (!viewer) return;
    const shapes = new RegionStage(viewer);
    const maps = new MapLayer(viewer, thresholds);
    const pictures = new Overlays(viewer, (url, why) =>
      notifications.show({ id: url, color: "orange", message: why }),
    );
    const leave = views.join(side, viewer, image);
    over.current = { shapes, maps, pictures };
    return () => {
      over.current = null;
      leave();
      maps.destroy();
      shapes.destroy();
      pictures.dispose();
      onViewer(side, null);
    };
  }, [viewer, side, image, thresholds, views, onViewer]);

  const { bare, hidden, labels, opacity } = layers;
  const { judging } = props;
  const findings = useMemo(() => {
    return shapesOf(eye.findings.data?.findings ?? [], judgedImage(judging, image.id));
  }, [eye.findings.data, judging, image.id]);
  useEffect(() => {
    const stage = over.current?.shapes;
    if (!stage) return;
    const isShown = (code: string) => !bare && !hidden.has(code);
    stage.findings.set(findings);
    stage.labels.set(eye.regions);
    stage.setStyles(
      (code) => (labels && isShown(code) ? styleOfClass(classes, code, "mine") : null),
      (name) => {
        const [code, mark] = classAndMark(name);
        return isDrawn(layers, name) ? styleOfClass(classes, code, mark) : null;
      },
    );
  }, [viewer, findings, eye.regions, classes, bare, hidden, labels, layers]);
  useEffect(
    () => over.current?.shapes.setSelected(chosen === null || bare ? [] : [chosen]),
    [viewer, chosen, bare],
  );

  useEffect(() => {
    const mode = layers.maps === "difference" ? "difference" : "probability";
    const shown = eye.maps.filter(({ lesionClass }) => !hidden.has(lesionClass));
    over.current?.maps.set(bare || layers.maps === "off" ? [] : shown, { mode, opacity });
  }, [viewer, eye.maps, layers.maps, hidden, bare, opacity]);

  const heat = layers.heatmap && !bare && eye.classifier?.has_heatmap ? eye.classifier.id : null;
  useEffect(() => {
    const wanted: Overlay[] = [];
    if (layers.redFree) wanted.push({ url: pictureUrl(image.id, "red_free"), opacity: 1, isPicture: true });
    if (heat !== null) wanted.push({ url: `/api/predictions/${heat}/heatmap/`, opacity });
    over.current?.pictures.set(wanted);
  }, [viewer, image.id, layers.redFree, heat, opacity]);

  useEffect(() => {
    const stage = over.current?.shapes;
    if (!viewer || !stage) return;
    const clicked = (event: unknown) => {
      const { quick, originalEvent } = event as { quick: boolean; originalEvent: MouseEvent };
      if (!quick || layers.bare || !layers.outlines) return;
      const targets = stage.findings.targets((name) => isDrawn(layers, name));
      onChoose(hit(targets, imagePointOf(viewer, originalEvent), zoomOf(viewer)));
    };
    viewer.addHandler("canvas-click", clicked);
    return () => viewer.removeHandler("canvas-click", clicked);
  }, [viewer, layers, onChoose]);

  return (
    <div className="review-picture">
      <div
        ref={place}
        className="viewer"
        role="img"
        aria-label={`Photograph, ${eyeName(image.eye)}`}
        data-ready={viewer !== null && !failed}
      />
      {failed && (
        <Text className="viewer-note" size="sm" c="orange">
          The photograph could not be loaded; the overlays can.
        </Text>
      )}
    </div>
  );
}

/** Dashed as the model found it, full as a person drew it, thin and grey once it is rejected. */
function styleOfClass(classes: readonly LesionClass[], code: string, mark: Mark): BatchStyle {
  const known = classes.find((one) => one.code === code);
  const color = mark === "rejected" ? REJECTED : (known?.color ?? REJECTED);
  return {
    color,
    stroke: color,
    pattern: patternNamed(known?.pattern ?? "solid"),
    fillOpacity: 0,
    strokeWidth: mark === "rejected" ? 0.75 : 1.5,
    dashed: mark !== "mine",
    rimmed: mark !== "rejected",
  };
}
