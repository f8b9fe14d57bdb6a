import { Button, Group, Text } from "@mantine/core";
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
        return (
          <Group key={lesionClass} gap={8} wrap="nowrap" data-class={lesionClass}>
            <Swatch color={lesion?.color ?? "#868e96"} pattern={lesion?.pattern ?? "solid"} />
            <Text size="sm" style={{ flex: 1 }}>
              {name}
              <Text span size="xs" c="dimmed">
                {` ${judged}${rejected > 0 ? `, ${rejected} rejected` : ""}`}
              </Text>
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              disabled={open === 0}
              aria-label={`Accept all open: ${name}`}
              onClick={() => said.sayOfAll("accept", lesionClass)}
            >
              Accept rest
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={open === 0 || said.wordless}
              aria-label={`Reject all open: ${name}`}
              title="For the reason that is chosen above"
              onClick={() => said.sayOfAll("reject", lesionClass)}
            >
              Reject rest
            </Button>
          </Group>
        );
      })}
    </PanelSection>
  );
}
