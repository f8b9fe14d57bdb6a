import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useProjectCounts } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { plural } from "@/lib/format";

/** Asks before a whole project is predicted. */
export function PredictAllModal(props: { onClose: () => void; onConfirm: () => void }) {
  const counts = useProjectCounts(useSessionUser().project?.id);
  return (
    <Modal opened onClose={props.onClose} title="Predict for all patients">
      <Stack>
        <Text size="sm">
          The champions look at {counts ? plural(counts.images, "image") : "all images"} of this project;
          those they have judged already are skipped. To predict for some, select them first.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button onClick={props.onConfirm}>Predict all</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
