import { Button, Group, Loader, Paper, Text } from "@mantine/core";
import { plural } from "@/lib/format";
import type { Proposals } from "./useProposals";

/** Contours that stand for a decision: dashed on the picture until they are accepted or dropped. */
export function ProposalBar({ proposals }: { proposals: Proposals }) {
  const { contours, busy } = proposals;
  if (!contours && !busy) return null;
  return (
    <Paper withBorder px="md" py="xs" role="status" className="proposal-bar">
      {contours ? (
        <Group gap="sm">
          <Text size="sm">{plural(contours.length, "contour")} proposed (dashed)</Text>
          <Button size="xs" onClick={() => proposals.accept()}>
            Accept (Enter)
          </Button>
          <Button size="xs" variant="default" onClick={() => proposals.discard()}>
            Discard (Esc)
          </Button>
        </Group>
      ) : (
        <Group gap="sm">
          <Loader size="xs" />
          <Text size="sm">Looking for the outline …</Text>
        </Group>
      )}
    </Paper>
  );
}
