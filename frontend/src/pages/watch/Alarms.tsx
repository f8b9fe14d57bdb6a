import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation } from "react-router";
import { useAcknowledgeAlarm, type ModelAlarm } from "@/api/watch";
import { useSessionUser } from "@/app/session";
import { ErrorNotice } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { alarmSentence } from "./words";

const figures = ({ model }: ModelAlarm) => `/watch/${model}`;

/** Alarms that have not ended, each with what is known of it and a way to acknowledge it. */
export function Alarms({ alarms }: { alarms: readonly ModelAlarm[] }) {
  const { can } = useSessionUser();
  const { pathname } = useLocation();
  const [chosen, setChosen] = useState<ModelAlarm | null>(null);
  if (alarms.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-label="Alarms">
      {alarms.map((alarm) => (
        <Alert
          key={alarm.id}
          color={alarm.acknowledged_at ? "gray" : "red"}
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title={alarm.model_name}
          data-alarm={alarm.kind}
        >
          <Group justify="space-between" gap="sm" align="flex-start">
            <Stack gap={4} flex={1} miw={280}>
              <Text size="sm">{alarmSentence(alarm)}</Text>
              <Text size="xs" c="dimmed">
                Raised {formatWhen(alarm.raised_at)}.{" "}
                {alarm.acknowledged_at &&
                  `Acknowledged by ${alarm.acknowledged_by ?? "–"} ${formatWhen(alarm.acknowledged_at)}: ${alarm.reason}`}
              </Text>
            </Stack>
            <Group gap="xs">
              {pathname !== figures(alarm) && (
                <Button size="xs" variant="default" component={Link} to={figures(alarm)}>
                  Look at the figures
                </Button>
              )}
              {!alarm.acknowledged_at && can("models.promote") && (
                <Button size="xs" onClick={() => setChosen(alarm)}>
                  Acknowledge
                </Button>
              )}
            </Group>
          </Group>
        </Alert>
      ))}
      {chosen && <Acknowledge alarm={chosen} onClose={() => setChosen(null)} />}
    </Stack>
  );
}

function Acknowledge({ alarm, onClose }: { alarm: ModelAlarm; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const acknowledge = useAcknowledgeAlarm();
  return (
    <Modal opened onClose={onClose} title="Acknowledge this alarm">
      <Stack>
        <Text size="sm">{alarmSentence(alarm)}</Text>
        <Text size="sm" c="dimmed">
          It leaves the banner and stays on this page. It comes back when the figure gets worse, and ends when
          it is well again. The audit log keeps your reason.
        </Text>
        <Textarea
          label="What it comes from, or what is done about it"
          required
          autosize
          minRows={3}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {acknowledge.isError && <ErrorNotice error={acknowledge.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={acknowledge.isPending}
            disabled={reason.trim() === ""}
            onClick={() =>
              acknowledge.mutate({ id: alarm.id, reason: reason.trim() }, { onSuccess: onClose })
            }
          >
            Acknowledge
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
