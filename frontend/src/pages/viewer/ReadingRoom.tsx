import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { usePredictions } from "@/api/queries";
import type { FundusImage, Prediction } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { useMayJudge } from "@/app/useMayJudge";
import { LabelSetJudgement } from "@/components/LabelSetJudgement";
import type { LabelSurface } from "@/surface/LabelSurface";
import type { Region } from "@/surface/shapes";
import { ReadersOverlay } from "./adjudication/ReadersOverlay";
import { ReadersPanel } from "./adjudication/ReadersPanel";
import { SettleModal } from "./adjudication/SettleModal";
import { useAdjudication } from "./adjudication/useAdjudication";
import { useSettling } from "./adjudication/useSettling";
import { KeysModal } from "./KeysModal";
import { LeaveGuard } from "./LeaveGuard";
import { MergeModal } from "./merge/MergeModal";
import { DiscRim } from "./places/DiscRim";
import { PlaceMarkers } from "./places/PlaceMarkers";
import { PlacesPanel } from "./places/PlacesPanel";
import { usePlaces } from "./places/usePlaces";
import { PointerPlace } from "./pointer";
import { ProposalBar } from "./ProposalBar";
import { refusedOf } from "./refused";
import { ReadingForm } from "./ReadingForm";
import { BackToReview, NextImageButton, ReadingRoomBar, SettleButton, SubmitButton } from "./ReadingRoomBar";
import { RoomNotes } from "./RoomNotes";
import { RoomRuler } from "./RoomRuler";
import { RoomSide } from "./RoomSide";
import { SaveBadge } from "./SaveBadge";
import { SubmitModal } from "./SubmitModal";
import { TimeSpent } from "./TimeSpent";
import { ToneFilter } from "./ToneFilter";
import { Toolbox } from "./Toolbox";
import { useActivity } from "./useActivity";
import { useKeptRoom } from "./useKeptRoom";
import { useLabelling } from "./useLabelling";
import { useOpenedSet } from "./useOpenedSet";
import { useProposals, type Proposals } from "./useProposals";
import { useRoomShortcuts } from "./useRoomShortcuts";
import { useRoomState } from "./useRoomState";
import { useRoomSurface } from "./useRoomSurface";
import { useSubmission } from "./useSubmission";
import { useViewSettings } from "./useViewSettings";
import { AS_STORED } from "./viewSettings";

const NO_REGIONS: ReadonlyMap<string, Region> = new Map();
const NO_PREDICTIONS: readonly Prediction[] = [];
const NO_FLUSH = () => Promise.resolve(true);

export function ReadingRoom(props: {
  image: FundusImage;
  /** Opens the room anew: the server was away and is back. */
  onAgain: () => void;
}) {
  const { image, onAgain } = props;
  const { user, can, project, away } = useSessionUser();
  const classes = useMemo(() => (project?.lesion_classes ?? []).filter(({ enabled }) => enabled), [project]);
  const room = useRoomState(image.id);
  const { opened, snapshot, error: setError, reload } = useOpenedSet(room.chosen);
  const predictions = usePredictions(image.id, can("predictions.see"));
  const [layers, onLayers] = useViewSettings();
  const [place] = useState(() => new PointerPlace());
  const [dialog, setDialog] = useState<"help" | "stale" | null>(null);
  const stage = useRef<HTMLDivElement>(null);

  const doc = opened?.doc ?? null;
  const isKept = opened?.isKept ?? false;
  useEffect(() => {
    if (isKept && !away) onAgain();
  }, [isKept, away, onAgain]);
  const state = room.list.find(({ id }) => id === opened?.set.id) ?? opened?.set;
  const editing = opened !== null && state?.editable === true;
  const finished = !editing && state ? { id: state.id, revision: state.revision } : null;
  const regions = snapshot?.regions ?? NO_REGIONS;
  const flush = useCallback(() => doc?.flush() ?? NO_FLUSH(), [doc]);
  const onHelp = () => setDialog("help");

  const begin = () => {
    if (room.canStart) room.start();
  };
  const labelling = useLabelling({ opened, editing, image, classes, regions, begin });
  const offered = useProposals({ image, opened, editing, classes, regions, layers });
  useKeptRoom({ user: user.id, image, project, opened, snapshot, editing });
  const { viewer, surface, failed } = useRoomSurface(stage, {
    image,
    regions,
    editing,
    classes,
    layers,
    labelling,
    predictions: predictions.data?.results ?? NO_PREDICTIONS,
    finished,
    findings: offered.shown,
    onTouching: (touching) => doc?.setTouching(touching),
    onFinding: offered.setChosen,
    onPointer: place.set,
  });
  const proposals: Proposals = { ...offered, accept: () => offered.accept() && letGo(surface) };
  const reading = snapshot?.reading ?? null;
  const places = usePlaces({ image: image.id, viewer, doc, reading, editing });
  useActivity(opened?.activity ?? null, editing);
  useRoomShortcuts({
    opened,
    editing,
    viewer,
    surface,
    labelling,
    proposals,
    classes,
    layers,
    onLayers,
    onHelp,
  });
  const submission = useSubmission(opened, room.keep, () => labelling.setTool("select"));
  const adjudication = useAdjudication(state, editing);
  const settling = useSettling(opened, adjudication);
  const show = (uuids: readonly string[]) => {
    labelling.setTool("select");
    surface?.select(uuids);
    if (uuids[0] !== undefined) surface?.reveal(uuids[0]);
  };
  const isCorrection = state?.source.startsWith("correction:") === true;
  const handedIn = state?.author === user.id && (state.state === "submitted" || state.state === "accepted");
  const mayJudge = useMayJudge();

  return (
    <div className="reading-room" data-editing={editing}>
      <ReadingRoomBar
        image={image}
        sets={room.list}
        chosen={room.chosen}
        regionsNow={snapshot?.regions.size ?? null}
        onChoose={room.choose}
        caseId={adjudication.id}
      >
        {snapshot && (editing || snapshot.unsavedCount > 0) && (
          <SaveBadge
            state={snapshot.save}
            unsaved={snapshot.unsavedCount}
            kept={snapshot.kept}
            refused={refusedOf(snapshot.save, regions, project?.lesion_classes ?? [])}
            onShow={show}
            onRetry={() => void flush()}
            onResolve={() => setDialog("stale")}
          />
        )}
        {state && <StateBadge state={state.state} />}
        {editing && isCorrection && <BackToReview flush={flush} patient={image.patient} />}
        {adjudication.settling && <SettleButton busy={settling.busy} onSettle={() => void settling.run()} />}
        {editing && !isCorrection && !adjudication.settling && (
          <SubmitButton busy={submission.busy} onSubmit={() => void submission.run()} />
        )}
        {handedIn && <NextImageButton />}
        {state && opened && mayJudge(state) && <LabelSetJudgement set={opened.set} />}
      </ReadingRoomBar>

      <main className="reading-room-stage">
        <div ref={stage} className="viewer" data-ready={viewer !== null && !failed} />
        <ReadersOverlay viewer={viewer} outlines={adjudication.outlines} classes={classes} />
        <ToneFilter viewer={viewer} view={layers} onReset={() => onLayers(AS_STORED)} />
        <Toolbox
          editing={editing}
          tool={labelling.tool}
          onTool={labelling.chooseTool}
          cutting={labelling.cutting}
          onCutting={() => labelling.setCutting(!labelling.cutting)}
          onTighten={() => proposals.tighten(labelling.selected)}
          canUndo={snapshot?.canUndo ?? false}
          canRedo={snapshot?.canRedo ?? false}
          onUndo={() => doc?.undo()}
          onRedo={() => doc?.redo()}
          canDelete={labelling.selected.length > 0}
          onDelete={labelling.remove}
          onZoom={(factor) => viewer?.viewport.zoomBy(factor).applyConstraints()}
          onFit={() => viewer?.viewport.goHome()}
          redFree={layers.picture === "red_free"}
          onRedFree={() => onLayers({ picture: layers.picture === "red_free" ? "original" : "red_free" })}
          onHelp={onHelp}
        />
        <RoomRuler
          viewer={viewer}
          place={place}
          landmarks={reading?.landmarks ?? null}
          findings={proposals.likely}
          classes={classes}
        />
        <DiscRim viewer={viewer} disc={places.landmarks.disc} diameter={places.discDiameter} />
        <PlaceMarkers viewer={viewer} markers={places.markers} />
        <ProposalBar proposals={proposals} />
        <RoomNotes
          room={room}
          state={state}
          isKept={isKept}
          onAgain={onAgain}
          pictureFailed={failed}
          setError={setError}
          onReload={reload}
        />
      </main>

      <RoomSide
        image={image}
        layers={layers}
        onLayers={onLayers}
        classes={classes}
        labelling={labelling}
        predictions={predictions}
        proposals={proposals}
        editing={editing}
        readingFirst={editing || state?.author === user.id}
        hasMasks={finished !== null}
        unreadable={opened?.unreadable ?? 0}
        before={<ReadersPanel adjudication={adjudication} />}
      >
        {snapshot && doc && opened && (
          <>
            <ReadingForm
              reading={snapshot.reading}
              regions={regions.size}
              editable={editing}
              onChange={(next) => doc.setReading(next)}
            >
              {editing && <TimeSpent before={opened.set.seconds_spent} activity={opened.activity} />}
            </ReadingForm>
            <PlacesPanel
              places={places}
              labelSet={opened.set.id}
              revision={snapshot.revision}
              imageWidth={image.width}
              editing={editing}
            />
          </>
        )}
      </RoomSide>

      <LeaveGuard
        unsaved={snapshot?.unsavedCount ?? 0}
        kept={snapshot?.kept ?? true}
        state={snapshot?.save.kind ?? "saved"}
        flush={flush}
      />
      {dialog === "stale" && opened && (
        <MergeModal opened={opened} image={image} classes={classes} onClose={() => setDialog(null)} />
      )}
      {submission.findings && <SubmitModal submission={submission} onShow={show} />}
      {settling.findings && <SettleModal settling={settling} onShow={show} />}
      <KeysModal opened={dialog === "help"} onClose={() => setDialog(null)} />
    </div>
  );
}

/** What was accepted does not stay selected: the next class key would change it. */
function letGo(surface: LabelSurface | null): true {
  surface?.select([]);
  return true;
}
