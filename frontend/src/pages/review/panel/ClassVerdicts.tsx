import { Button, Group, Text } from "@mantine/core";
import type { ReviewChanges, ReviewDetail } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { PanelSection } from "./ReviewPanel";
import { tallies } from "./words";

/** How far the verdicts are, class by class; what is left of a class is accepted at once. */
export function ClassVerdicts(props: {
  review: ReviewDetail;
  classes: readonly LesionClass[];
  onSave: (changes: ReviewChanges) => void;
}) {
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
              onClick={() =>
                props.onSave({
                  all_of: [{ verdict: "accept", lesion_class: lesionClass, reason: "", note: "" }],
                })
              }
            >
              Accept the rest
            </Button>
          </Group>
        );
      })}
    </PanelSection>
  );
}
