import { Alert, Button, Center, Loader, Modal, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useParams } from "react-router";
import { asApiError } from "@/api/errors";
import { useSubmitLabels } from "@/api/mutations";
import { useImage, usePredictions } from "@/api/queries";
import type { FundusImage } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { LabelSetJudgement } from "@/components/LabelSetJudgement";
import { Key, pictureUrl } from "@/components/parts";
import { ErrorNotice } from "@/components/states";
import type { ClassLook, EditedShape, Tool } from "@/surface/LabelSurface";
import { patternNamed } from "@/surface/patterns";
import type { Region } from "@/surface/shapes";
import { NotFoundPage } from "../NotFoundPage";
import { DecisionPanel } from "./DecisionPanel";
import { FIRST_LAYERS, LayersPanel, type LayerState } from "./LayersPanel";
import { LeaveGuard } from "./LeaveGuard";
import { wantedOverlays } from "./layers";
import { Overlays } from "./overlays";
import { ReadingForm } from "./ReadingForm";
import { ReadingRoomBar, SubmitButton } from "./ReadingRoomBar";
import { SaveBadge, StaleModal } from "./SaveBadge";
import { KEY_HELP, type Shortcut } from "./shortcuts";
import { Toolbox } from "./Toolbox";
import { useImageViewer } from "./useImageViewer";
import { useOpenedSet } from "./useOpenedSet";
import { useRoomState } from "./useRoomState";
import { useShortcuts } from "./useShortcuts";
import { useSurface } from "./useSurface";

const NO_REGIONS: ReadonlyMap<string, Region> = new Map();
const NO_FLUSH = () => Promise.resolve(true);

export default function ReadingRoomPage() {
  const id = Number(useParams()["id"]);
  const image = useImage(id);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  if (image.isError) {
    return (
      <Center h="100vh" p="lg">
        <ErrorNotice error={image.error} onRetry={() => void image.refetch()} />
      </Center>
    );
  }
  if (!image.data) {
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  return <ReadingRoom key={id} image={image.data} />;
}

function ReadingRoom({ image }: { image: FundusImage }) {
  const { user, can, project } = useSessionUser();
  const classes = useMemo(() => (project?.lesion_classes ?? []).filter(({ enabled }) => enabled), [project]);
  const room = useRoomState(image.id);
  const { opened, snapshot, error: setError, reload } = useOpenedSet(room.chosen);
  const predictions = usePredictions(image.id, can("predictions.see"));
  const submit = useSubmitLabels();
  const [layers, setLayers] = useState<LayerState>(FIRST_LAYERS);
  const [tool, setTool] = useState<Tool>("select");
  const [activeClass, setActiveClass] = useState<string | null>(null);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [dialog, setDialog] = useState<"help" | "stale" | null>(null);
  const stage = useRef<HTMLDivElement>(null);

  const lesionClass = activeClass ?? classes[0]?.code ?? null;
  const doc = opened?.doc ?? null;
  const state = room.list.find(({ id }) => id === opened?.set.id) ?? opened?.set;
  const editing = opened !== null && state?.editable === true;
  const regions = snapshot?.regions ?? NO_REGIONS;

  const onDrawn = ({ uuid, shape }: EditedShape) => {
    if (!doc || !lesionClass) return;
    doc.add([{ ...shape, uuid, lesionClass, origin: "drawn" }]);
  };
  const onEdited = (edited: readonly EditedShape[]) => {
    const changed = edited.flatMap(({ uuid, shape }): Region[] => {
      const before = doc?.get(uuid);
      return before ? [{ ...shape, uuid, lesionClass: before.lesionClass, origin: before.origin }] : [];
    });
    doc?.update(changed, "Reshape");
  };

  const { viewer, failed } = useImageViewer(stage, pictureUrl(image.id, layers.picture));
  const surface = useSurface(viewer, image, { onDrawn, onEdited, onSelected: setSelected });

  useEffect(() => surface?.setRegions(regions), [surface, regions]);
  useEffect(() => surface?.setEditable(editing), [surface, editing]);
  useEffect(() => surface?.setTool(tool), [surface, tool]);
  useEffect(() => {
    const looks = classes.map(({ code, color, pattern }): [string, ClassLook] => [
      code,
      { color, pattern: patternNamed(pattern), visible: layers.showLabels && !layers.hidden.has(code) },
    ]);
    surface?.setLook({ classes: new Map(looks), fillOpacity: layers.labelOpacity });
  }, [surface, classes, layers.showLabels, layers.hidden, layers.labelOpacity]);

  useEffect(
    () => surface?.setDrawingClass(lesionClass),
    [surface, lesionClass, classes], // after setLook: the colour is the look's
  );

  const models = predictions.data?.results;
  const overlays = useRef<Overlays | null>(null);
  useEffect(() => {
    if (!viewer) return;
    const made = new Overlays(viewer, (url, why) =>
      notifications.show({ id: url, color: "orange", message: why }),
    );
    overlays.current = made;
    return () => {
      overlays.current = null;
      made.dispose();
    };
  }, [viewer]);
  const finishedId = editing ? null : (state?.id ?? null);
  const finishedRevision = state?.revision ?? 0;
  useEffect(() => {
    const finished = finishedId === null ? null : { id: finishedId, revision: finishedRevision };
    overlays.current?.set(wantedOverlays(models ?? [], layers, finished));
  }, [viewer, models, layers, finishedId, finishedRevision]);

  useEffect(() => {
    if (!opened) return;
    const note = (event: Event) => opened.activity.note(event.timeStamp);
    const names = ["pointerdown", "pointermove", "keydown", "wheel"];
    names.forEach((name) => window.addEventListener(name, note, { passive: true }));
    return () => names.forEach((name) => window.removeEventListener(name, note));
  }, [opened]);

  const chooseClass = (code: string) => {
    setActiveClass(code);
    const changed = selected.flatMap((uuid): Region[] => {
      const region = doc?.get(uuid);
      return region && region.lesionClass !== code ? [{ ...region, lesionClass: code }] : [];
    });
    if (editing) doc?.update(changed, "Change class");
  };
  const chooseTool = (next: Tool) => {
    setTool(next);
    if (!editing && room.canStart) room.start();
  };
  const remove = () => {
    if (editing && selected.length > 0) doc?.remove(selected);
  };
  const zoom = (factor: number) => viewer?.viewport.zoomBy(factor).applyConstraints();
  const change = (next: Partial<LayerState>) => setLayers((before) => ({ ...before, ...next }));

  const onShortcut = (shortcut: Shortcut): boolean => {
    switch (shortcut.do) {
      case "undo":
        if (editing && !surface?.stepBack()) doc?.undo();
        return true;
      case "redo":
        if (editing) doc?.redo();
        return true;
      case "save":
        void doc?.flush();
        return true;
      case "finish":
        return surface?.finish() ?? false;
      case "delete":
        if (surface?.stepBack()) return true;
        if (surface?.ownsDeleteKey()) return false;
        remove();
        return true;
      case "cancel":
        surface?.cancel();
        return true;
      case "tool":
        chooseTool(shortcut.tool);
        return true;
      case "class": {
        const code = classes[shortcut.index]?.code;
        if (code) chooseClass(code);
        return code !== undefined;
      }
      case "fit":
        viewer?.viewport.goHome();
        return true;
      case "zoomIn":
        zoom(1.5);
        return true;
      case "zoomOut":
        zoom(1 / 1.5);
        return true;
      case "toggleLabels":
        change({ showLabels: !layers.showLabels });
        return true;
      case "toggleOverlays":
        change({ showPredictions: !layers.showPredictions });
        return true;
      case "help":
        setDialog("help");
        return true;
    }
  };
  useShortcuts({ onShortcut, onPan: (held) => surface?.setTool(held ? "select" : tool) });

  const flush = useCallback(() => doc?.flush() ?? NO_FLUSH(), [doc]);
  const submitSet = async () => {
    if (!opened || !(await flush())) return;
    const handedIn = { id: opened.set.id, revision: opened.doc.getSnapshot().revision };
    submit.mutate(handedIn, {
      onSuccess: ({ warnings }) => {
        setTool("select");
        notifications.hide("submit");
        notifications.show({
          color: warnings.length > 0 ? "orange" : "teal",
          title: "Submitted",
          message:
            warnings.map((warning) => warning.message).join(" ") || "It is locked until someone judges it.",
          autoClose: warnings.length > 0 ? 12_000 : 5_000,
        });
      },
      onError: (error) => {
        const { message, remedy } = asApiError(error);
        notifications.hide("submit");
        notifications.show({
          id: "submit",
          color: "red",
          title: message,
          message: remedy,
          autoClose: 10_000,
        });
      },
    });
  };

  const counts = useMemo(() => {
    const byClass = new Map<string, number>();
    for (const region of regions.values()) {
      byClass.set(region.lesionClass, (byClass.get(region.lesionClass) ?? 0) + 1);
    }
    return byClass;
  }, [regions]);
  const judgeable = state?.state === "submitted" && can("labels.judge") && state.author !== user.id;

  const readingForm = snapshot && doc && (
    <ReadingForm
      reading={snapshot.reading}
      regions={regions.size}
      editable={editing}
      onChange={(next) => doc.setReading(next)}
    />
  );
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
        {editing && <SubmitButton busy={submit.isPending} onSubmit={() => void submitSet()} />}
        {judgeable && opened && <LabelSetJudgement id={opened.set.id} revision={opened.set.revision} />}
      </ReadingRoomBar>

      <main className="reading-room-stage">
        <div ref={stage} className="viewer" data-ready={viewer !== null} />
        <Toolbox
          editing={editing}
          tool={tool}
          onTool={chooseTool}
          canUndo={snapshot?.canUndo ?? false}
          canRedo={snapshot?.canRedo ?? false}
          onUndo={() => doc?.undo()}
          onRedo={() => doc?.redo()}
          canDelete={selected.length > 0}
          onDelete={remove}
          onZoom={zoom}
          onFit={() => viewer?.viewport.goHome()}
          onHelp={() => setDialog("help")}
        />
        <div className="viewer-note">
          {failed && (
            <Alert color="red" title="The picture could not be loaded">
              Reload the page; if it stays, the stored file may be missing: tell an administrator.
            </Alert>
          )}
          {setError !== null && <ErrorNotice error={setError} onRetry={reload} />}
          {room.sets.isError && (
            <ErrorNotice error={room.sets.error} onRetry={() => void room.sets.refetch()} />
          )}
          {room.startError !== null && <ErrorNotice error={room.startError} onRetry={room.start} />}
          {room.canStart && !room.starting && (
            <Button leftSection={<IconPencil size={16} />} onClick={room.start}>
              Start labelling
            </Button>
          )}
          {state?.state === "returned" && state.decision_comment && (
            <Alert color="orange" title="Returned to you">
              {state.decision_comment}
            </Alert>
          )}
        </div>
      </main>

      <aside className="reading-room-side" aria-label="Panels">
        <LayersPanel
          layers={layers}
          onChange={change}
          classes={classes}
          counts={counts}
          active={lesionClass}
          onClass={editing ? chooseClass : null}
          hasMasks={finishedId !== null}
          hasPredictions={(models ?? []).some(
            ({ task, classes: codes }) => task === "segmenter" && codes.length > 0,
          )}
          hasHeatmap={(models ?? []).some(({ has_heatmap }) => has_heatmap)}
        />
        {predictions.isError && (
          <ErrorNotice error={predictions.error} onRetry={() => void predictions.refetch()} />
        )}
        {editing && readingForm}
        {can("predictions.see") && <DecisionPanel image={image.id} classes={project?.lesion_classes ?? []} />}
        {!editing && readingForm}
        {opened && opened.unreadable > 0 && (
          <Text size="sm" c="orange" p="md">
            {opened.unreadable} regions of a kind this page can’t show are kept as they are.
          </Text>
        )}
      </aside>

      <LeaveGuard unsaved={snapshot?.unsavedCount ?? 0} flush={flush} />
      {dialog === "stale" && opened && snapshot && (
        <StaleModal
          opened={opened}
          mineCount={regions.size}
          unsaved={snapshot.unsavedCount}
          onClose={() => setDialog(null)}
        />
      )}
      <Modal opened={dialog === "help"} onClose={() => setDialog(null)} title="Keys">
        <Table verticalSpacing={4} withRowBorders={false}>
          <Table.Tbody>
            {KEY_HELP.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Td w={140}>
                  <Key>{key}</Key>
                </Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </div>
  );
}
