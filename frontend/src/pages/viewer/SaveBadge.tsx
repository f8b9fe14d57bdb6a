import { Button, Group, Loader, Modal, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCloudCheck, IconCloudUp } from "@tabler/icons-react";
import { useState } from "react";
import type { SaveState } from "@/labelling/saver";
import { plural } from "@/lib/format";
import { ErrorNotice } from "@/components/states";
import { fetchLabelSet, serverVersion, type OpenedSet } from "./labelSet";

const WORDS: Readonly<Record<SaveState["kind"], string>> = {
  saved: "Saved",
  waiting: "Saving…",
  saving: "Saving…",
  failed: "Not saved",
  stale: "Changed elsewhere",
};

/** Always visible: whether everything drawn is on the server. */
export function SaveBadge(props: {
  state: SaveState;
  unsaved: number;
  onRetry: () => void;
  onResolve: () => void;
}) {
  const { state, unsaved } = props;
  return (
    <div className="save-state" role="status" data-save={state.kind}>
      {state.kind === "saved" && <IconCloudCheck size={18} color="var(--mantine-color-teal-5)" />}
      {state.kind === "waiting" && <IconCloudUp size={18} />}
      {state.kind === "saving" && <Loader size={14} />}
      {(state.kind === "failed" || state.kind === "stale") && (
        <IconAlertTriangle size={18} color="var(--mantine-color-orange-5)" />
      )}
      <span title={state.kind === "failed" ? `${state.error.message} ${state.error.remedy}` : undefined}>
        {WORDS[state.kind]}
        {unsaved > 0 && state.kind !== "saved" ? ` · ${plural(unsaved, "change")} kept here` : ""}
      </span>
      {state.kind === "failed" && (
        <Button size="compact-xs" variant="default" onClick={props.onRetry}>
          Retry
        </Button>
      )}
      {state.kind === "stale" && (
        <Button size="compact-xs" onClick={props.onResolve}>
          Resolve
        </Button>
      )}
    </div>
  );
}

/** After a 409: both versions' counts, and the person chooses. */
export function StaleModal(props: {
  opened: OpenedSet;
  mineCount: number;
  unsaved: number;
  onClose: () => void;
}) {
  const { opened, onClose } = props;
  const [busy, setBusy] = useState<"mine" | "server" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const state = opened.doc.getSnapshot().save;
  const detail = state.kind === "stale" ? state.error.detail : {};
  const resolve = async (keepMine: boolean) => {
    setBusy(keepMine ? "mine" : "server");
    try {
      opened.doc.resolveStale(serverVersion(await fetchLabelSet(opened.set.id)), keepMine);
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(null);
    }
  };
  return (
    <Modal opened onClose={onClose} title="These labels were changed elsewhere" size="lg">
      <Stack>
        <Text size="sm">
          Someone (or you, in another tab) saved this label set after this page opened it. Nothing of yours
          was sent or lost.
        </Text>
        <SimpleGrid cols={2}>
          <div className="card">
            <Text fw={600}>Here</Text>
            <Text size="sm">{plural(props.mineCount, "region")} shown</Text>
            <Text size="sm">{plural(props.unsaved, "unsaved change")}</Text>
          </div>
          <div className="card">
            <Text fw={600}>On the server</Text>
            <Text size="sm">{serverRegions(detail)}</Text>
            <Text size="sm">revision {String(detail["current_revision"] ?? "newer")}</Text>
          </div>
        </SimpleGrid>
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button
            variant="default"
            color="red"
            loading={busy === "server"}
            disabled={busy !== null}
            onClick={() => void resolve(false)}
          >
            Take the server’s, drop my {plural(props.unsaved, "change")}
          </Button>
          <Button loading={busy === "mine"} disabled={busy !== null} onClick={() => void resolve(true)}>
            Put my changes on top
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function serverRegions(detail: Readonly<Record<string, unknown>>): string {
  const set = detail["label_set"];
  const count = typeof set === "object" && set !== null && "regions_count" in set ? set.regions_count : null;
  return typeof count === "number" ? plural(count, "region") : "a newer version";
}
