import { Alert, Button, Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconInfoCircle, IconPlayerPlay, IconPlayerStop, IconSchool } from "@tabler/icons-react";
import { Link, useParams } from "react-router";
import {
  useCancelSearch,
  useResumeSearch,
  useSearch,
  useSearchPresets,
  useTrials,
  type SearchDetail,
} from "@/api/searches";
import { StateBadge } from "@/components/badges";
import { EmptyState, ErrorNotice, PageHeader, QueryView } from "@/components/states";
import { formatMetric, formatWhen } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { DatasetSummary } from "../training/DatasetSummary";
import { SettingsTable } from "../training/SettingsTable";
import { taskTitle } from "../training/tasks";
import { HistoryPlot } from "./HistoryPlot";
import { Leaderboard } from "./Leaderboard";
import { ParallelPlot } from "./ParallelPlot";
import { judged } from "./plots";
import { doneOf, progressInWords } from "./progress";

/** State, counts, and the buttons that stop the search or let it go on. */
function Standing({ search }: { search: SearchDetail }) {
  const [cancel, resume] = [useCancelSearch(), useResumeSearch()];
  const running = search.state === "running";
  const leftOver = search.trials_all - search.trials_finished - search.trials_stopped_early;
  return (
    <section className="card" data-search-state={search.state}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="sm">
            <StateBadge state={search.state} />
            <Text size="sm" c="dimmed">
              {progressInWords(search)}
            </Text>
          </Group>
          {running && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerStop size={14} />}
              loading={cancel.isPending}
              disabled={search.is_cancelled}
              onClick={() => cancel.mutate(search.id)}
            >
              {search.is_cancelled ? "Cancelling…" : "Cancel"}
            </Button>
          )}
          {!running && leftOver > 0 && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerPlay size={14} />}
              loading={resume.isPending}
              onClick={() => resume.mutate(search.id)}
            >
              Do the {leftOver === 1 ? "one trial" : `${leftOver} trials`} left
            </Button>
          )}
        </Group>
        {running && <Progress value={(100 * doneOf(search)) / search.trials_all} aria-label="Progress" />}
        {cancel.isError && <ErrorNotice error={cancel.error} />}
        {resume.isError && <ErrorNotice error={resume.error} />}
      </Stack>
    </section>
  );
}

function Trials({ search }: { search: SearchDetail }) {
  const trials = useTrials(search.id, search.state === "running");
  return (
    <QueryView query={trials}>
      {({ results }) => (
        <>
          <section className="card">
            {judged(results).length === 0 ? (
              <EmptyState
                title="No trial has ended yet"
                text="The plots begin with the first trial that is done."
              />
            ) : (
              <SimpleGrid cols={{ base: 1, lg: search.dimensions.length > 3 ? 1 : 2 }} spacing="xl">
                <HistoryPlot trials={results} objective={search.objective} last={search.trials_all} />
                <ParallelPlot trials={results} dimensions={search.dimensions} objective={search.objective} />
              </SimpleGrid>
            )}
          </section>
          <Title order={2}>Trials</Title>
          <section className="card" data-flush="true">
            <Leaderboard search={search} trials={results} />
          </section>
        </>
      )}
    </QueryView>
  );
}

/** One search: how it stands, what was tried, what did best. */
export function SearchPage() {
  const id = Number(useParams()["id"]);
  const search = useSearch(id);
  const presets = useSearchPresets();
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={search}>
        {(data) => {
          const title = presets.data?.find(({ name }) => name === data.preset)?.title ?? data.preset;
          return (
            <>
              <PageHeader
                above={<Link to="/searches">Searches</Link>}
                title={`Search ${data.id}: ${title}`}
                subtitle={`${taskTitle(data.task)} · seed ${data.seed} · ${data.created_by ?? "command line"} · ${formatWhen(data.created_at)}`}
                actions={
                  data.best_run !== null && (
                    <Button
                      component={Link}
                      to={`/training?from=${data.best_run}`}
                      leftSection={<IconSchool size={16} />}
                    >
                      Train with the best settings
                    </Button>
                  )
                }
              />
              <Standing search={data} />
              {data.best_value !== null && (
                <Alert icon={<IconInfoCircle size={18} />} variant="light">
                  Best result: {formatMetric(data.best_value)} ({data.objective}). The best of many is a
                  little lucky: a model trained with its settings is judged by test images that no trial has
                  seen.
                </Alert>
              )}
              <Trials search={data} />
              <section className="card">
                <Stack gap="sm">
                  <Title order={2}>What it is trained on</Title>
                  {data.dataset ? (
                    <DatasetSummary dataset={data.dataset} labels={data.labels_source ?? ""} />
                  ) : (
                    <Text size="sm" c="dimmed">
                      The data set is frozen when the first trial starts.
                    </Text>
                  )}
                  {Object.keys(data.settings).length > 0 && (
                    <>
                      <Title order={2}>Changed in all trials</Title>
                      <SettingsTable settings={data.settings} />
                    </>
                  )}
                </Stack>
              </section>
            </>
          );
        }}
      </QueryView>
    </div>
  );
}
