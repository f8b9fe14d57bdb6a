import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReviewDetail } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { PanelSection } from "./ReviewPanel";
import type { VerdictSaid } from "./useVerdict";
import { tallies, type ClassTally } from "./words";

/**
 * How far the verdicts are, class by class; what is left of a class is accepted or rejected at once. Classes that
 * the project does not label come last: they need no verdict.
 */
export function ClassVerdicts(props: {
  review: ReviewDetail;
  classes: readonly LesionClass[];
  said: VerdictSaid;
}) {
  const found = tallies(props.review);
  const others = found.filter(({ labelled }) => !labelled);
  const line = (tally: ClassTally) => (
    <ClassLine
      key={tally.lesionClass}
      tally={tally}
      lesion={props.classes.find(({ code }) => code === tally.lesionClass)}
      said={props.said}
    />
  );
  if (found.length === 0) {
    return (
      <PanelSection title="Verdicts">
        <Text size="sm" c="dimmed">
          No model found a lesion in these images.
        </Text>
      </PanelSection>
    );
  }
  return (
    <PanelSection title="Verdicts">
      {found.filter(({ labelled }) => labelled).map(line)}
      {others.length > 0 && (
        <Text size="xs" c="dimmed">
          Not labelled in this project, so these need no verdict:
        </Text>
      )}
      {others.map(line)}
      <Text size="xs" c="dimmed">
        What is rejected at once is so for the reason that is chosen above.
      </Text>
    </PanelSection>
  );
}

function ClassLine(props: { tally: ClassTally; lesion: LesionClass | undefined; said: VerdictSaid }) {
  const { lesion, said } = props;
  const { lesionClass, labelled, all, open, rejected } = props.tally;
  const name = lesion?.name ?? lesionClass;
  const waiting = labelled ? `${open} of ${all} open` : `${open} of ${all} not judged`;
  const judged = open === 0 ? "all judged" : waiting;
  const judge = (verdict: "accept" | "reject", disabled: boolean) => (
    <Button
      size="compact-xs"
      variant="default"
      miw="fit-content"
      disabled={open === 0 || disabled}
      aria-label={`${verdict === "accept" ? "Accept" : "Reject"} all open: ${name}`}
      onClick={() => said.sayOfAll(verdict, lesionClass)}
    >
      {verdict === "accept" ? "Accept rest" : "Reject rest"}
    </Button>
  );
  return (
    <Stack gap={4} data-class={lesionClass}>
      <Group gap={8} wrap="nowrap">
        <Swatch color={lesion?.color ?? "#868e96"} pattern={lesion?.pattern ?? "solid"} />
        <Text size="sm" style={{ flex: 1 }}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {`${judged}${rejected > 0 ? `, ${rejected} rejected` : ""}`}
        </Text>
      </Group>
      <Group gap={8} justify="flex-end">
        {judge("accept", false)}
        {judge("reject", said.wordless)}
      </Group>
    </Stack>
  );
}
