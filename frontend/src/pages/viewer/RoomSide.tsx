import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { FundusImage, LesionClass, Prediction } from "@/api/types";
import type { usePredictions } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { ImageQuality } from "@/components/ImageQuality";
import { ErrorNotice } from "@/components/states";
import { ClassesPanel } from "./ClassesPanel";
import { DecisionPanel } from "./DecisionPanel";
import { FindingsPanel } from "./FindingsPanel";
import { LayersPanel } from "./LayersPanel";
import { MAP_PLACE } from "./useImageViewer";
import type { Labelling } from "./useLabelling";
import type { Proposals } from "./useProposals";
import type { LayerState } from "./viewSettings";

/** The panels beside the picture. `children`: the reading; `before`: what it is made from. */
export function RoomSide(props: {
  image: FundusImage;
  layers: LayerState;
  onLayers: (change: Partial<LayerState>) => void;
  classes: readonly LesionClass[];
  labelling: Labelling;
  predictions: ReturnType<typeof usePredictions>;
  proposals: Proposals;
  editing: boolean;
  /** The reading is the person's own: nothing to scroll for stands before it. */
  readingFirst: boolean;
  hasMasks: boolean;
  unreadable: number;
  before: ReactNode;
  children: ReactNode;
}) {
  const { image, labelling, predictions, editing, readingFirst } = props;
  const { can, project } = useSessionUser();
  const models: readonly Prediction[] = predictions.data?.results ?? [];
  return (
    <aside className="reading-room-side" aria-label="Panels">
      <div id={MAP_PLACE} className="room-map-place" data-shown={props.layers.showMap} />
      <ClassesPanel
        layers={props.layers}
        onChange={props.onLayers}
        classes={props.classes}
        counts={labelling.counts}
        active={labelling.lesionClass}
        onClass={editing ? labelling.chooseClass : null}
      />
      {props.before}
      {readingFirst && props.children}
      <LayersPanel
        layers={props.layers}
        onChange={props.onLayers}
        editing={editing}
        hasMasks={props.hasMasks}
        hasPredictions={models.some(({ task, classes: codes }) => task === "segmenter" && codes.length > 0)}
        hasHeatmap={models.some(({ has_heatmap }) => has_heatmap)}
      />
      {predictions.isError && (
        <ErrorNotice error={predictions.error} onRetry={() => void predictions.refetch()} />
      )}
      {editing && can("predictions.see") && (
        <FindingsPanel
          proposals={props.proposals}
          classes={props.classes}
          layers={props.layers}
          onChange={props.onLayers}
        />
      )}
      {can("predictions.see") && <DecisionPanel image={image.id} classes={project?.lesion_classes ?? []} />}
      {!readingFirst && props.children}
      <section className="side-section" aria-label="Image quality">
        <span className="side-title">Image quality</span>
        <ImageQuality image={image.id} quality={image.quality} />
      </section>
      {props.unreadable > 0 && (
        <Text size="sm" c="orange" p="md">
          {props.unreadable} regions of a kind this page can’t show are kept as they are.
        </Text>
      )}
    </aside>
  );
}
