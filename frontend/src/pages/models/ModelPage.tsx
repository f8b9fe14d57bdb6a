import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconTrophy } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { usePromote } from "@/api/mutations";
import { useModel } from "@/api/training";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { ErrorNotice, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { formatWhen, shortId } from "@/lib/format";
import { taskTitle } from "../training/tasks";
import { usePresetTitle } from "../training/usePresetTitle";
import { ModelCard } from "./ModelCard";

function Promote({ id, warnings }: { id: string; warnings: readonly { message: string }[] }) {
  const [open, modal] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const promote = usePromote();
  const submit = () =>
    promote.mutate(
      { id, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ color: "teal", message: "This model is the champion now." });
          modal.close();
        },
      },
    );
  return (
    <>
      <Button leftSection={<IconTrophy size={16} />} onClick={modal.open}>
        Promote
      </Button>
      <Modal opened={open} onClose={modal.close} title="Make this model the champion">
        <Stack>
          <Text size="sm" c="dimmed">
            New predictions will use it; older ones keep the model that made them. Promoting takes a person
            other than the one who trained it, and is written to the audit log with your reason.
          </Text>
          {warnings.length > 0 && (
            <Alert
              color="orange"
              variant="light"
              icon={<IconAlertTriangle size={18} />}
              title="Before you promote it"
            >
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {warnings.map(({ message }) => (
                  <li key={message}>{message}</li>
                ))}
              </ul>
              <Text size="sm" mt={6}>
                The audit log keeps these warnings with your reason.
              </Text>
            </Alert>
          )}
          <Textarea
            label="Why"
            required
            autosize
            minRows={3}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {promote.isError && <ErrorNotice error={promote.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={modal.close}>
              Cancel
            </Button>
            <Button onClick={submit} loading={promote.isPending} disabled={reason.trim() === ""}>
              {warnings.length > 0 ? "Promote all the same" : "Promote"}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

export function ModelPage() {
  const id = useParams()["id"] ?? "";
  const { can } = useSessionUser();
  const model = useModel(id);
  const presetTitle = usePresetTitle();
  return (
    <div className="page">
      <QueryView query={model} loading={<LoadingRows rows={6} height={60} />}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/models">Models</Link>}
              title={
                <Group gap="sm">
                  {taskTitle(data.task)} {shortId(data.id)}
                  <StateBadge state={data.state} size="md" />
                </Group>
              }
              subtitle={`${presetTitle(data.preset) || "registered from outside"} · ${data.trained_by ?? "command line"} · ${formatWhen(data.created_at)}`}
              actions={
                data.state !== "champion" &&
                can("models.promote") && <Promote id={data.id} warnings={data.warnings} />
              }
            />
            <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              sha256 {data.id}
            </Text>
            <ModelCard card={data.card as Record<string, unknown>} />
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </>
        )}
      </QueryView>
    </div>
  );
}
