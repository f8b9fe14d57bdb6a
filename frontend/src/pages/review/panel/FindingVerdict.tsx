import { Badge, Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { JudgedFinding, ReviewChanges, ReviewDetail, VerdictReason } from "@/api/reviews";
import { Key } from "@/components/parts";
import { formatPercent } from "@/lib/format";
import { useShortcuts } from "../../viewer/useShortcuts";
import { PanelSection, type PanelProps } from "./ReviewPanel";
import { nextOpen, REASONS, VERDICT_KEYS, VERDICT_WORDS } from "./words";

type Said = (typeof VERDICT_KEYS)[number]["id"];
const KEYS: ReadonlyMap<string, { readonly id: Said; readonly once: true }> = new Map(
  VERDICT_KEYS.flatMap(({ id, keys }) => keys.map((key) => [key, { id, once: true }] as const)),
);
const COLORS = { accept: "teal", edit: "blue", reject: "red", "": "gray" } as const;

export function VerdictBadge({ finding }: { finding: JudgedFinding }) {
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

/** The verdict on the chosen finding; said, it goes on to the next one that is open. */
export function FindingVerdict(
  props: PanelProps & {
    review: ReviewDetail;
    onSave: (changes: ReviewChanges) => void;
    onCorrect: (image: number) => void;
  },
) {
  const { review, chosen, onSave, classes } = props;
  const { judged } = props.state;
  const [reason, setReason] = useState<VerdictReason>("not_a_lesion");
  const [written, setWritten] = useState({ of: chosen, note: "" });
  const note = written.of === chosen ? written.note : ""; // words are about one finding alone
  const setNote = (text: string) => setWritten({ of: chosen, note: text });
  const wordless = reason === "other" && note.trim() === "";
  const finding = chosen === null ? undefined : judged.get(chosen);
  const goOn = (from: string) => {
    const next = nextOpen(props.listed, judged, from);
    if (next !== undefined) props.onChoose(next);
  };
  const begin = () => {
    const first = props.listed.find((uuid) => judged.get(uuid)?.verdict === "");
    if (first !== undefined) props.onChoose(first);
  };
  const say = (said: Said) => {
    if (!finding) return begin();
    if (said === "correct") {
      const image = review.images.find(({ findings }) => findings.includes(finding));
      if (image) props.onCorrect(image.image);
      return;
    }
    const why = said === "reject" ? { reason, note } : { reason: "" as const, note: "" };
    const verdict = said === "clear" ? "" : said;
    onSave({ verdicts: [{ finding: finding.id, verdict, ...why }] });
    if (said === "reject" && wordless) return; // refused: the words are asked for, and nothing is lost
    setNote("");
    if (said !== "clear") goOn(finding.uuid);
  };
  useShortcuts<Said>({
    keys: KEYS,
    onAction: (said, down) => {
      if (down) say(said);
      return true;
    },
    onClass: () => false,
  });
  const lesion = classes.find(({ code }) => code === finding?.lesion_class);
  return (
    <PanelSection title="Finding" aside={finding && <VerdictBadge finding={finding} />}>
      <Text size="sm" c={finding ? undefined : "dimmed"}>
        {finding
          ? `${lesion?.name ?? finding.lesion_class}, confidence ${formatPercent(finding.confidence)}`
          : "Choose a finding in the list or in a photograph."}
      </Text>
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
