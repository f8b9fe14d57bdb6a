import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReviewDetail } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { PanelSection } from "./ReviewPanel";
import type { VerdictSaid } from "./useVerdict";
import { tallies } from "./words";

/** How far the verdicts are, class by class; what is left of a class is accepted or rejected at once. */
export function ClassVerdicts(props: {
  review: ReviewDetail;
  classes: readonly LesionClass[];
  said: VerdictSaid;
}) {
  const { said } = props;
  const found = tallies(props.review);
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
      {found.map(({ lesionClass, all, open, rejected }) => {
        const lesion = props.classes.find(({ code }) => code === lesionClass);
        const name = lesion?.name ?? lesionClass;
        const judged = open === 0 ? "all judged" : `${open} of ${all} open`;
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
          <Stack key={lesionClass} gap={4} data-class={lesionClass}>
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
      })}
      <Text size="xs" c="dimmed">
        What is rejected at once is so for the reason that is chosen above.
      </Text>
    </PanelSection>
  );
}
