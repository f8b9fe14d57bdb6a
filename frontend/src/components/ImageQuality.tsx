import { Badge, Button, Group, Modal, Radio, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useJudgeQuality } from "@/api/mutations";
import type { FundusImage } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { formatDate, humanize } from "@/lib/format";
import { ErrorNotice } from "./states";

type Quality = FundusImage["quality"];
type Grade = "good" | "usable" | "ungradable";

const GRADES: Readonly<Record<Grade, { color: string; meaning: string }>> = {
  good: { color: "teal", meaning: "All of the retina that it should show can be judged" },
  usable: { color: "yellow", meaning: "Harder to read than it should be, but a decision can rest on it" },
  ungradable: { color: "red", meaning: "No decision can rest on it" },
};

function GradeBadge({ grade }: { grade: Quality["grade"] }) {
  const [color, said] = grade ? [GRADES[grade].color, grade] : ["gray", "not measured"];
  return (
    <Badge
      color={color}
      variant="light"
      size="sm"
      radius="sm"
      tt="none"
      miw="fit-content"
      data-quality={grade}
    >
      Quality: {said}
    </Badge>
  );
}

/** How well a photograph shows the retina, why, and who said so; whoever reads it can say otherwise. */
export function ImageQuality({ image, quality }: { image: number; quality: Quality }) {
  const { can } = useSessionUser();
  const [judging, setJudging] = useState(false);
  const { grade, measured, reasons, judgement } = quality;
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <GradeBadge grade={grade} />
        {(can("labels.write") || can("labels.judge")) && (
          <Button size="compact-xs" variant="subtle" onClick={() => setJudging(true)}>
            Change quality
          </Button>
        )}
      </Group>
      {judgement ? (
        <Text size="xs" c="dimmed">
          {judgement.author_name}, {formatDate(judgement.created_at)}: {judgement.reason}
          {measured && measured !== grade && ` (measured: ${measured})`}
        </Text>
      ) : (
        reasons.length > 0 && (
          <Text size="xs" c="dimmed">
            {reasons.join(" ")}
          </Text>
        )
      )}
      {judging && <JudgeQuality image={image} grade={grade} onClose={() => setJudging(false)} />}
    </Stack>
  );
}

function JudgeQuality(props: { image: number; grade: Quality["grade"]; onClose: () => void }) {
  const judge = useJudgeQuality();
  const [grade, setGrade] = useState<string>(props.grade);
  const [reason, setReason] = useState("");
  const save = () =>
    judge.mutate(
      { image: props.image, grade: grade as Grade, reason: reason.trim() },
      { onSuccess: props.onClose },
    );
  return (
    <Modal opened onClose={props.onClose} title="How well does this photograph show the retina?">
      <Stack>
        <Radio.Group value={grade} onChange={setGrade} aria-label="Quality">
          <Stack gap="xs">
            {Object.entries(GRADES).map(([one, { meaning }]) => (
              <Radio key={one} value={one} label={humanize(one)} description={meaning} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label="Why"
          required
          maxLength={200}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Text size="sm" c="dimmed">
          Your word counts more than the measurement, in the DR decision too. It is kept with your name.
        </Text>
        {judge.isError && <ErrorNotice error={judge.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button disabled={grade === "" || reason.trim() === ""} loading={judge.isPending} onClick={save}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
