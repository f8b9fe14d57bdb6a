import { Group, Skeleton, Stack, Text } from "@mantine/core";
import { useImageDecision, usePredictions } from "@/api/queries";
import type { LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { DecisionBadge, EarlierModelBadge } from "@/components/badges";
import { Chance } from "@/components/Chance";
import { LesionCounts } from "@/components/LesionCounts";
import { QueryView } from "@/components/states";
import { taskTitle } from "../training/tasks";

/** Says that the heat map is empty on purpose, where it is. */
function EmptyHeatmapNote({ image, classifier }: { image: number; classifier: number | undefined }) {
  const { can } = useSessionUser();
  const predictions = usePredictions(image, can("predictions.see"));
  const decided = predictions.data?.results.find(({ id }) => id === classifier);
  if (!decided?.heatmap_is_empty) return null;
  return (
    <Text size="sm" c="dimmed">
      The heat map is empty: nothing in this image spoke for DR.
    </Text>
  );
}

/** Which versions decided; of a classifier that reads findings, whose. */
function DecidedBy({ image, decided }: { image: number; decided: readonly number[] }) {
  const { can } = useSessionUser();
  const predictions = usePredictions(image, can("predictions.see")).data?.results ?? [];
  const rows = predictions.filter(({ id }) => decided.includes(id));
  return rows.map(({ id, task, model_name: name, lesion_finder: finder, lesion_finder_title: title }) => (
    <Text key={id} size="xs" c="dimmed">
      {taskTitle(task)}: {name}
      {finder && `, with the lesions that ${title ? `“${title}”` : "its own segmenter"} finds`}
    </Text>
  ));
}

/** Reasons that the badge, the probabilities and the lesion counts above them say already. */
const SAID_ABOVE = new Set(["referable", "not_referable", "lesions_not_checked"]);
const SAID_BY_BADGE = new Set(["classified_dr", "classified_no_dr"]);
const isNews = (code: string, outcome: string) =>
  !SAID_ABOVE.has(code) && !(SAID_BY_BADGE.has(code) && (outcome === "dr" || outcome === "no_dr"));

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
            <Chance of="DR" probability={data.dr_probability} from={data.dr_threshold} />
            <Chance
              of="referable DR"
              probability={data.referable_probability}
              from={data.referable_threshold}
            />
            <EmptyHeatmapNote
              image={image}
              classifier={data.models.find(({ task }) => task === "classifier")?.prediction}
            />
            {data.outcome !== "withheld" && <LesionCounts lesions={data.lesions} classes={classes} />}
            {data.reasons
              .filter(({ code }) => isNews(code, data.outcome))
              .map((reason, index) => (
                <Text key={index} size="sm" c="dimmed">
                  {reason.message}
                </Text>
              ))}
            <DecidedBy image={image} decided={data.models.map(({ prediction }) => prediction)} />
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </Stack>
        )}
      </QueryView>
    </section>
  );
}
