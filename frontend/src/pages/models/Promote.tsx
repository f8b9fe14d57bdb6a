import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconScale, IconTrophy } from "@tabler/icons-react";
import { useState } from "react";
import { usePromote } from "@/api/mutations";
import type { ModelVersionDetail } from "@/api/types";
import { ErrorNotice } from "@/components/states";

/** Makes a model the champion; a reason is asked for unless a comparison with the champion speaks for it. */
export function Promote({ model }: { model: ModelVersionDetail }) {
  const { id, warnings, needs_reason: needsReason } = model;
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
            other than the one who trained it, and is written to the audit log.
          </Text>
          {!needsReason && (
            <Alert color="teal" variant="light" icon={<IconScale size={18} />}>
              <Text size="sm">
                Its comparison with the champion speaks for it. You may add what else there is to say.
              </Text>
            </Alert>
          )}
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
            description={needsReason ? "Needed: no comparison with a champion speaks for it yet." : undefined}
            required={needsReason}
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
            <Button
              onClick={submit}
              loading={promote.isPending}
              disabled={needsReason && reason.trim() === ""}
            >
              {warnings.length > 0 ? "Promote all the same" : "Promote"}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
