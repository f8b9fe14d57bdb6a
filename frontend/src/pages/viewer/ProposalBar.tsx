import { Button, Group, Loader, Paper, Text } from "@mantine/core";
import { plural } from "@/lib/format";
import { useKeys } from "./useKeys";
import type { Proposals } from "./useProposals";

/** Contours that stand for a decision: dashed on the picture until they are accepted or dropped. */
export function ProposalBar({ proposals }: { proposals: Proposals }) {
  const { contours, progress } = proposals;
  const { withKey } = useKeys();
  if (!contours && !progress) return null;
  return (
    <Paper withBorder px="md" py="xs" role="status" className="proposal-bar">
      {contours ? (
        <Group gap="sm">
          <Text size="sm">{plural(contours.length, "contour")} proposed (dashed)</Text>
          <Button size="xs" onClick={() => proposals.accept()}>
            {withKey("Accept", "finish")}
          </Button>
          <Button size="xs" variant="default" onClick={() => proposals.discard()}>
            {withKey("Discard", "cancel")}
          </Button>
        </Group>
      ) : (
        <Group gap="sm">
          <Loader size="xs" />
          <Text size="sm">
            {progress && progress.of > 1
              ? `Looking for outlines: ${progress.done} of ${progress.of} …`
              : "Looking for the outline …"}
          </Text>
          <Button size="xs" variant="default" onClick={() => proposals.discard()}>
            {withKey("Stop", "cancel")}
          </Button>
        </Group>
      )}
    </Paper>
  );
}
