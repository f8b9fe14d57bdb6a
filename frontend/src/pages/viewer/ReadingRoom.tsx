import { useCallback, useMemo, useRef, useState } from "react";
import { usePredictions } from "@/api/queries";
import type { FundusImage, Prediction } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { LabelSetJudgement } from "@/components/LabelSetJudgement";
import type { Region } from "@/surface/shapes";
import { KeysModal } from "./KeysModal";
import { FIRST_LAYERS, type LayerState } from "./LayersPanel";
import { LeaveGuard } from "./LeaveGuard";
import { ReadingForm } from "./ReadingForm";
import { ReadingRoomBar, SubmitButton } from "./ReadingRoomBar";
import { RoomNotes } from "./RoomNotes";
import { RoomSide } from "./RoomSide";
import { SaveBadge, StaleModal } from "./SaveBadge";
import { Toolbox } from "./Toolbox";
import { useLabelling } from "./useLabelling";
import { useOpenedSet } from "./useOpenedSet";
import { useRoomShortcuts } from "./useRoomShortcuts";
import { useRoomState } from "./useRoomState";
import { useActivity, useRoomSurface } from "./useRoomSurface";
import { useSubmission } from "./useSubmission";

const NO_REGIONS: ReadonlyMap<string, Region> = new Map();
const NO_PREDICTIONS: readonly Prediction[] = [];
const NO_FLUSH = () => Promise.resolve(true);

export function ReadingRoom({ image }: { image: FundusImage }) {
  const { user, can, project } = useSessionUser();
  const classes = useMemo(() => (project?.lesion_classes ?? []).filter(({ enabled }) => enabled), [project]);
  const room = useRoomState(image.id);
  const { opened, snapshot, error: setError, reload } = useOpenedSet(room.chosen);
  const predictions = usePredictions(image.id, can("predictions.see"));
  const [layers, setLayers] = useState<LayerState>(FIRST_LAYERS);
  const [dialog, setDialog] = useState<"help" | "stale" | null>(null);
  const stage = useRef<HTMLDivElement>(null);

  const doc = opened?.doc ?? null;
  const state = room.list.find(({ id }) => id === opened?.set.id) ?? opened?.set;
  const editing = opened !== null && state?.editable === true;
  const finished = !editing && state ? { id: state.id, revision: state.revision } : null;
  const regions = snapshot?.regions ?? NO_REGIONS;
  const flush = useCallback(() => doc?.flush() ?? NO_FLUSH(), [doc]);
  const onLayers = (next: Partial<LayerState>) => setLayers((before) => ({ ...before, ...next }));
  const onHelp = () => setDialog("help");

  const begin = () => {
    if (room.canStart) room.start();
  };
  const labelling = useLabelling({ opened, editing, classes, regions, begin });
  const { viewer, surface, failed } = useRoomSurface(stage, {
    image,
    regions,
    editing,
    classes,
    layers,
    labelling,
    predictions: predictions.data?.results ?? NO_PREDICTIONS,
    finished,
  });
  useActivity(opened?.activity ?? null);
  useRoomShortcuts({ opened, editing, viewer, surface, labelling, classes, layers, onLayers, onHelp });
  const submission = useSubmission(opened, () => labelling.setTool("select"));
  const judgeable = state?.state === "submitted" && can("labels.judge") && state.author !== user.id;

  return (
    <div className="reading-room" data-editing={editing}>
      <ReadingRoomBar
        image={image}
        sets={room.list}
        chosen={room.chosen}
        regionsNow={snapshot?.regions.size ?? null}
        onChoose={room.choose}
      >
        {snapshot && editing && (
          <SaveBadge
            state={snapshot.save}
            unsaved={snapshot.unsavedCount}
            onRetry={() => void flush()}
            onResolve={() => setDialog("stale")}
          />
        )}
        {state && <StateBadge state={state.state} />}
        {editing && <SubmitButton busy={submission.busy} onSubmit={() => void submission.run()} />}
        {judgeable && opened && <LabelSetJudgement id={opened.set.id} revision={opened.set.revision} />}
      </ReadingRoomBar>

      <main className="reading-room-stage">
        <div ref={stage} className="viewer" data-ready={viewer !== null} />
        <Toolbox
          editing={editing}
          tool={labelling.tool}
          onTool={labelling.chooseTool}
          canUndo={snapshot?.canUndo ?? false}
          canRedo={snapshot?.canRedo ?? false}
          onUndo={() => doc?.undo()}
          onRedo={() => doc?.redo()}
          canDelete={labelling.selected.length > 0}
          onDelete={labelling.remove}
          onZoom={(factor) => viewer?.viewport.zoomBy(factor).applyConstraints()}
          onFit={() => viewer?.viewport.goHome()}
          onHelp={onHelp}
        />
        <RoomNotes room={room} state={state} pictureFailed={failed} setError={setError} onReload={reload} />
      </main>

      <RoomSide
        image={image}
        layers={layers}
        onLayers={onLayers}
        classes={classes}
        labelling={labelling}
        predictions={predictions}
        editing={editing}
        hasMasks={finished !== null}
        unreadable={opened?.unreadable ?? 0}
      >
        {snapshot && doc && (
          <ReadingForm
            reading={snapshot.reading}
            regions={regions.size}
            editable={editing}
            onChange={(next) => doc.setReading(next)}
          />
        )}
      </RoomSide>

      <LeaveGuard unsaved={snapshot?.unsavedCount ?? 0} flush={flush} />
      {dialog === "stale" && opened && snapshot && (
        <StaleModal
          opened={opened}
          mineCount={regions.size}
          unsaved={snapshot.unsavedCount}
          onClose={() => setDialog(null)}
        />
      )}
      <KeysModal opened={dialog === "help"} onClose={() => setDialog(null)} />
    </div>
  );
}
