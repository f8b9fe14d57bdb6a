import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconTool } from "@tabler/icons-react";
import type { CheckFinding } from "@/api/types";
import type { Submission } from "./useSubmission";

/** Before handing in: what must be mended, and what is odd but stops nobody. */
export function SubmitModal(props: {
  submission: Submission;
  /** Chooses these regions and brings the first one into view. */
  onShow: (uuids: readonly string[]) => void;
}) {
  const { submission, onShow } = props;
  const findings = submission.findings ?? [];
  const faults = findings.filter(({ blocks }) => blocks);
  const oddities = findings.filter(({ blocks }) => !blocks);
  const show = (finding: CheckFinding) => {
    submission.close();
    if (finding.regions.length > 0) onShow(finding.regions);
    else document.getElementById("reading")?.scrollIntoView({ block: "start" });
  };
  return (
    <Modal
      opened
      onClose={submission.close}
      title={faults.length > 0 ? "Not ready to submit" : "Before you submit"}
      size="lg"
    >
      <Stack>
        <FindingList title="To be mended first" findings={faults} onShow={show} />
        <FindingList title="Worth a second look" findings={oddities} onShow={show} />
        <Group justify="flex-end">
          <Button variant="default" onClick={submission.close}>
            Back to the image
          </Button>
          {faults.length === 0 && (
            <Button loading={submission.busy} onClick={submission.handIn}>
              Submit anyway
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

/** What the checks found, each with the way to it. */
export function FindingList(props: {
  title: string;
  findings: readonly CheckFinding[];
  onShow: (finding: CheckFinding) => void;
}) {
  const { title, findings, onShow } = props;
  if (findings.length === 0) return null;
  return (
    <section aria-label={title}>
      <Text fw={600} size="sm" mb={4}>
        {title}
      </Text>
      <Stack gap="xs">
        {findings.map((finding) => (
          <Group key={finding.code} className="card" wrap="nowrap" gap="sm" data-check={finding.code}>
            {finding.blocks ? (
              <IconTool size={18} color="var(--mantine-color-red-5)" />
            ) : (
              <IconAlertTriangle size={18} color="var(--mantine-color-orange-5)" />
            )}
            <Text size="sm" flex={1}>
              {finding.message}
            </Text>
            <Button size="xs" variant="default" onClick={() => onShow(finding)}>
              Show
            </Button>
          </Group>
        ))}
      </Stack>
    </section>
  );
}
