import { Badge, Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import type { JudgedFinding, VerdictReason } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { Key } from "@/components/parts";
import { formatPercent } from "@/lib/format";
import { PanelSection } from "./ReviewPanel";
import type { VerdictSaid } from "./useVerdict";
import { REASONS, VERDICT_WORDS } from "./words";

const COLORS = { accept: "teal", edit: "blue", reject: "red", "": "gray" } as const;

export function VerdictBadge({ finding }: { finding: JudgedFinding }) {
  if (finding.verdict === "" && !finding.labelled) {
    return (
      <Text size="xs" c="dimmed" title="Not labelled in this project: it needs no verdict">
        none needed
      </Text>
    );
  }
  const why = REASONS.find(({ value }) => value === finding.reason)?.label;
  return (
    <Badge
      color={COLORS[finding.verdict]}
      variant="light"
      radius="sm"
      tt="none"
      title={[why, finding.note].filter(Boolean).join(": ") || undefined}
    >
      {VERDICT_WORDS[finding.verdict]}
    </Badge>
  );
}

/** A lesion that the reviewer drew: there is nothing to judge. */
export const AddedBadge = () => (
  <Badge color="blue" variant="light" radius="sm" tt="none">
    added
  </Badge>
);

/** The verdict on the chosen finding; said, it goes on to the next one that is open. */
export function FindingVerdict(props: { said: VerdictSaid; classes: readonly LesionClass[] }) {
  const { said, classes } = props;
  const { finding, reason, setReason, note, setNote, wordless, say } = said;
  const lesion = classes.find(({ code }) => code === finding?.lesion_class);
  return (
    <PanelSection title="Finding" aside={finding && <VerdictBadge finding={finding} />}>
      <Text size="sm" c={finding ? undefined : "dimmed"}>
        {finding
          ? `${lesion?.name ?? finding.lesion_class}, confidence ${formatPercent(finding.confidence)}`
          : "Choose a finding in the list or in a photograph."}
      </Text>
      {finding && !finding.labelled && (
        <Text size="xs" c="dimmed">
          Not labelled in this project: it needs no verdict, and the reading room does not show it. Accept or
          reject it if you like.
        </Text>
      )}
      <Group gap="xs" grow>
        <Button size="xs" color="teal" disabled={!finding} onClick={() => say("accept")}>
          Accept&nbsp;<Key>A</Key>
        </Button>
        <Button size="xs" color="red" disabled={!finding || wordless} onClick={() => say("reject")}>
          Reject&nbsp;<Key>R</Key>
        </Button>
        <Button size="xs" variant="default" disabled={!finding} onClick={() => say("correct")}>
          Correct&nbsp;<Key>E</Key>
        </Button>
      </Group>
      <NativeSelect
        size="xs"
        label="Reason for rejecting"
        data={REASONS.map(({ value, label }) => ({ value, label }))}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value as VerdictReason)}
      />
      <TextInput
        size="xs"
        aria-label="Reason in words"
        placeholder={reason === "other" ? "The reason in words (needed)" : "In words, if you like"}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </PanelSection>
  );
}
