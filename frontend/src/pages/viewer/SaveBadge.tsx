import { Button, Loader } from "@mantine/core";
import { IconAlertTriangle, IconCloudCheck, IconCloudOff, IconCloudUp } from "@tabler/icons-react";
import type { SaveState } from "@/labelling/saver";
import { plural } from "@/lib/format";
import type { Refused } from "./refused";

/** How it stands in one word, for the badge's look and for tests. */
type Kind = SaveState["kind"] | "offline";

const kindOf = (state: SaveState): Kind =>
  state.kind === "failed" && state.error.status === 0 ? "offline" : state.kind;

function wordsOf(state: SaveState, kind: Kind, refused: Refused | null): string {
  if (kind === "saved") return "Saved";
  if (kind === "offline") return "Offline";
  if (kind === "stale") return "Changed elsewhere";
  if (state.kind !== "failed") return "Saving…";
  if (state.error.status === 401) return "Not signed in";
  return `Not saved: ${refused ? `${refused.name} – ` : ""}${state.error.message}`;
}

/** Always visible: whether everything drawn is on the server, and what is kept here until it is. */
export function SaveBadge(props: {
  state: SaveState;
  unsaved: number;
  /** False when this computer can't keep what is unsent. */
  kept: boolean;
  /** What the server refuses, if it is one region. */
  refused: Refused | null;
  onShow: (uuids: readonly string[]) => void;
  onRetry: () => void;
  onResolve: () => void;
}) {
  const { state, unsaved, kept, refused } = props;
  const kind = kindOf(state);
  const troubled = kind === "failed" || kind === "offline" || kind === "stale";
  const where = kept ? "kept here" : "only on this page: keep it open";
  return (
    <div className="save-state" role="status" data-save={kind} data-unsaved={unsaved}>
      <SaveIcon kind={kind} />
      <span
        className="save-words"
        title={state.kind === "failed" ? `${state.error.message} ${state.error.remedy}` : undefined}
      >
        {wordsOf(state, kind, refused)}
      </span>
      {unsaved > 0 && troubled && <span>{` · ${plural(unsaved, "change")} ${where}`}</span>}
      {refused?.uuid && <ShowButton uuid={refused.uuid} onShow={props.onShow} />}
      {(kind === "failed" || kind === "offline") && (
        <Button size="compact-xs" variant="default" onClick={props.onRetry}>
          Try now
        </Button>
      )}
      {kind === "stale" && (
        <Button size="compact-xs" color="orange" onClick={props.onResolve}>
          Compare and merge
        </Button>
      )}
    </div>
  );
}

/** Brings what is refused into view and selects it, to be mended or deleted. */
function ShowButton({ uuid, onShow }: { uuid: string; onShow: (uuids: readonly string[]) => void }) {
  return (
    <Button size="compact-xs" color="orange" onClick={() => onShow([uuid])}>
      Show
    </Button>
  );
}

function SaveIcon({ kind }: { kind: Kind }) {
  const warning = "var(--mantine-color-orange-5)";
  switch (kind) {
    case "saved":
      return <IconCloudCheck size={18} color="var(--mantine-color-teal-5)" />;
    case "waiting":
      return <IconCloudUp size={18} />;
    case "saving":
      return <Loader size={14} />;
    case "offline":
      return <IconCloudOff size={18} color={warning} />;
    default:
      return <IconAlertTriangle size={18} color={warning} />;
  }
}
