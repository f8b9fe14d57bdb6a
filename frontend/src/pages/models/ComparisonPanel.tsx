import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import { useCompareWithChampion } from "@/api/mutations";
import { isActive, useComparisons } from "@/api/queries";
import type { Comparison, ModelVersionDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { JobProgress } from "@/components/JobProgress";
import { ErrorNotice, QueryView } from "@/components/states";
import { formatMetric, formatWhen, plural } from "@/lib/format";
import { ComparedImages } from "./ComparedImages";
import { comparedScores, verdictSentence } from "./comparison";
import type { Score } from "./metrics";

const interval = (score: Score | null) =>
  score?.low === null || score?.low === undefined
    ? ""
    : ` (${formatMetric(score.low)} to ${formatMetric(score.high)})`;

function Cell({ score, signed = false }: { score: Score | null; signed?: boolean }) {
  const plus = signed && (score?.value ?? 0) > 0 ? "+" : "";
  return (
    <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
      {score?.value === null || score === null ? "–" : `${plus}${formatMetric(score.value)}`}
      <Text span size="xs" c="dimmed">
        {interval(score)}
      </Text>
    </Table.Td>
  );
}

function Scores({ comparison }: { comparison: Comparison }) {
  const { project } = useSessionUser();
  const nameOf = (code: string) => project?.lesion_classes.find((one) => one.code === code)?.name ?? code;
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Score</Table.Th>
            <Table.Th ta="right">This model</Table.Th>
            <Table.Th ta="right">Champion: {comparison.champion_name}</Table.Th>
            <Table.Th ta="right">Difference</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {comparedScores(comparison, nameOf).map(({ title, main, candidate, champion, difference }) => (
            <Table.Tr key={title} fw={main ? 600 : 400}>
              <Table.Td>{title}</Table.Td>
              <Cell score={candidate} />
              <Cell score={champion} />
              <Cell score={difference} signed />
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Result({ comparison }: { comparison: Comparison }) {
  return (
    <Stack gap="sm" data-verdict={comparison.verdict}>
      <Text fw={600}>{verdictSentence(comparison)}</Text>
      <Text size="sm" c="dimmed">
        Both were asked about the same {plural(comparison.images, "test image")} of{" "}
        {plural(comparison.patients, "patient")}, from which neither learned
        {comparison.left_out > 0 &&
          `; ${plural(comparison.left_out, "test image was", "test images were")} left out, for the champion learned from those patients`}
        . Compared {formatWhen(comparison.finished_at)}.
      </Text>
      {comparison.notes.map((note) => (
        <Text key={note} size="sm" c="orange">
          {note}
        </Text>
      ))}
      <Scores comparison={comparison} />
      <Text size="xs" c="dimmed">
        In brackets: 95 % interval over patients drawn anew with replacement. “Not worse” allows for a loss of
        up to {formatMetric(comparison.margin)}.
        {comparison.champion_state !== "champion" && " That champion has been replaced since."}
      </Text>
      <ComparedImages comparison={comparison} />
    </Stack>
  );
}

/** This model beside the champion on images that neither learned from: the newest comparison, or a new one. */
export function ComparisonPanel({ model }: { model: ModelVersionDetail }) {
  const { can } = useSessionUser();
  const comparisons = useComparisons(model.id);
  const start = useCompareWithChampion();
  const queries = useQueryClient();
  const newest = comparisons.data?.results[0];
  const running = isActive(newest?.job?.state);
  const finished = comparisons.data?.results.find(({ finished_at }) => finished_at !== null);
  useEffect(() => {
    if (finished) void queries.invalidateQueries({ queryKey: keys.model(model.id), exact: true });
  }, [finished?.id, model.id, queries]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <section className="card" aria-label="Comparison with the champion">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>Beside the champion</Title>
          {can("models.promote") && !running && (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconScale size={16} />}
              loading={start.isPending}
              onClick={() => start.mutate(model.id)}
            >
              {finished ? "Compare again" : "Compare with the champion"}
            </Button>
          )}
        </Group>
        {start.isError && <ErrorNotice error={start.error} />}
        <QueryView query={comparisons}>
          {() => (
            <>
              {newest?.job && newest.finished_at === null && <JobProgress job={newest.job} />}
              {finished && !running && <Result comparison={finished} />}
              {!newest && (
                <Text size="sm" c="dimmed">
                  Not compared yet. Both models are then asked about the same test images, from which neither
                  learned; you see the difference and where they disagree.
                </Text>
              )}
            </>
          )}
        </QueryView>
      </Stack>
    </section>
  );
}
