import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { CheckFinding } from "@/api/types";
import { ErrorNotice } from "@/components/states";
import { FindingList } from "../SubmitModal";
import type { Settling } from "./useSettling";

/** Before a disagreement is settled: what must be mended, what is odd, and why it was settled so. */
export function SettleModal(props: {
  settling: Settling;
  /** Chooses these regions and brings the first one into view. */
  onShow: (uuids: readonly string[]) => void;
}) {
  const { settling, onShow } = props;
  const [comment, setComment] = useState("");
  const findings = settling.findings ?? [];
  const faults = findings.filter(({ blocks }) => blocks);
  const show = ({ regions }: CheckFinding) => {
    settling.close();
    if (regions.length > 0) onShow(regions);
    else document.getElementById("reading")?.scrollIntoView({ block: "start" });
  };
  return (
    <Modal
      opened
      onClose={settling.close}
      title={faults.length > 0 ? "Not ready to settle" : "Settle the disagreement"}
      size="lg"
    >
      <Stack>
        <FindingList title="To be mended first" findings={faults} onShow={show} />
        <FindingList
          title="Worth a second look"
          findings={findings.filter(({ blocks }) => !blocks)}
          onShow={show}
        />
        {faults.length === 0 && (
          <>
            <Text size="sm">
              These labels are accepted at once and count in datasets from now on. Both readings stay as they
              are; their readers see how it was settled.
            </Text>
            <Textarea
              label="Why so (for the readers, and the audit log)"
              autosize
              minRows={2}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
          </>
        )}
        {settling.error && <ErrorNotice error={settling.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={settling.close}>
            Back to the image
          </Button>
          {faults.length === 0 && (
            <Button loading={settling.busy} onClick={() => settling.confirm(comment.trim())}>
              Settle
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
