import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconArrowBackUp, IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useJudgeLabels } from "@/api/mutations";
import type { LabelSet } from "@/api/types";
import { ErrorNotice } from "./states";

/** Accept, or return with a comment that its author reads; imported and merged labels have no author. */
export function LabelSetJudgement({ set }: { set: Pick<LabelSet, "id" | "revision" | "author"> }) {
  const { id, revision } = set;
  const judge = useJudgeLabels();
  const [returning, setReturning] = useState(false);
  const [comment, setComment] = useState("");
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Button
          size="xs"
          leftSection={<IconCheck size={14} />}
          loading={judge.isPending && judge.variables.verdict === "accept"}
          onClick={() => judge.mutate({ id, revision, verdict: "accept", comment: "" })}
        >
          Accept
        </Button>
        {set.author !== null && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowBackUp size={14} />}
            onClick={() => setReturning(true)}
          >
            Return
          </Button>
        )}
      </Group>
      {judge.isError && !returning && <ErrorNotice error={judge.error} />}
      <Modal
        opened={returning}
        onClose={() => setReturning(false)}
        title="Return these labels to their author"
      >
        <Stack>
          <Text size="sm" c="dimmed">
            They become editable again; the comment is shown above the image.
          </Text>
          <Textarea
            label="What should change"
            required
            autosize
            minRows={3}
            data-autofocus
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {judge.isError && <ErrorNotice error={judge.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setReturning(false)}>
              Cancel
            </Button>
            <Button
              disabled={comment.trim() === ""}
              loading={judge.isPending}
              onClick={() =>
                judge.mutate(
                  { id, revision, verdict: "return", comment: comment.trim() },
                  { onSuccess: () => setReturning(false) },
                )
              }
            >
              Return
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
