import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { useImageDecision, usePredictions } from "@/api/queries";
import type { LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { DecisionBadge, EarlierModelBadge } from "@/components/badges";
import { LesionCounts } from "@/components/LesionCounts";
import { QueryView } from "@/components/states";
import { formatPercent } from "@/lib/format";

/** From which probability on the model that decided says DR: its own threshold, which is seldom a half. */
function DrThreshold({ image }: { image: number }) {
  const { can } = useSessionUser();
  const predictions = usePredictions(image, can("predictions.see"));
  const threshold = predictions.data?.results.find(
    ({ task, model_state }) => task === "classifier" && model_state === "champion",
  )?.dr_threshold;
  if (threshold === null || threshold === undefined) return null;
  return (
    <Text span c="dimmed">
      {" "}
      · the model says DR from {formatPercent(threshold)}
    </Text>
  );
}

/** What the champions say about this image, and why. */
export function DecisionPanel({ image, classes }: { image: number; classes: readonly LesionClass[] }) {
  const decision = useImageDecision(image);
  return (
    <section className="side-section" aria-label="DR decision">
      <span className="side-title">DR decision</span>
      <QueryView query={decision} loading={<Skeleton height={80} />}>
        {(data) => (
          <Stack gap={8} data-outcome={data.outcome}>
            <Group gap={6}>
              <DecisionBadge outcome={data.outcome} />
              {!data.by_champions && <EarlierModelBadge />}
            </Group>
            {data.dr_probability !== null && data.dr_probability !== undefined && (
              <Text size="sm">
                Probability of DR: {formatPercent(data.dr_probability)}
                <DrThreshold image={image} />
              </Text>
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
