import { Skeleton, Stack, Text } from "@mantine/core";
import { useImageDecision } from "@/api/queries";
import type { LesionClass } from "@/api/types";
import { DecisionBadge } from "@/components/badges";
import { LesionCounts } from "@/components/LesionCounts";
import { QueryView } from "@/components/states";
import { formatPercent } from "@/lib/format";

/** What the champions say about this image, and why. */
export function DecisionPanel({ image, classes }: { image: number; classes: readonly LesionClass[] }) {
  const decision = useImageDecision(image);
  return (
    <section className="side-section" aria-label="DR decision">
      <span className="side-title">DR decision</span>
      <QueryView query={decision} loading={<Skeleton height={80} />}>
        {(data) => (
          <Stack gap={8} data-outcome={data.outcome}>
            <DecisionBadge outcome={data.outcome} />
            {data.dr_probability !== null && data.dr_probability !== undefined && (
              <Text size="sm">Probability of DR: {formatPercent(data.dr_probability)}</Text>
            )}
            <LesionCounts lesions={data.lesions} classes={classes} />
            {data.reasons.map((reason, index) => (
              <Text key={index} size="sm" c="dimmed">
                {reason.message}
              </Text>
            ))}
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </Stack>
        )}
      </QueryView>
    </section>
  );
}
