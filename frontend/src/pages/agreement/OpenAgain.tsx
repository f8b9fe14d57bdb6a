import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useOpenCase, type Case } from "@/api/disagreements";
import { ErrorNotice } from "@/components/states";

/** Opens what is settled or agreed, with a reason that the audit log keeps. */
export function OpenAgain({ shown }: { shown: Case }) {
  const open = useOpenCase();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const title = shown.state === "settled" ? "Settle it again" : "Settle it all the same";
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {title}
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={title}>
        <Stack>
          {shown.state === "settled" && (
            <Text size="sm" c="dimmed">
              The labels that settled it stay and count until it is settled anew.
            </Text>
          )}
          <Textarea
            label="Why"
            required
            autosize
            minRows={2}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {open.isError && <ErrorNotice error={open.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button
              disabled={reason.trim() === ""}
              loading={open.isPending}
              onClick={() =>
                open.mutate({ id: shown.id, reason: reason.trim() }, { onSuccess: () => setAsking(false) })
              }
            >
              Open it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
