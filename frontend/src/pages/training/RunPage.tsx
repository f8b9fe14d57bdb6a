import { Alert, Anchor, Button, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconBrain, IconInfoCircle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { keys } from "@/api/keys";
import { isActive } from "@/api/queries";
import { useEpochs, useTrainingRun } from "@/api/training";
import type { TrainingRunDetail } from "@/api/types";
import { JobProgress } from "@/components/JobProgress";
import { LineChart } from "@/components/LineChart";
import { EmptyState, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { MetricTables } from "../models/MetricTables";
import { DatasetSummary } from "./DatasetSummary";
import { LiveFacts, LogTail } from "./LiveFacts";
import { SettingsTable } from "./SettingsTable";
import { chartGroups, taskTitle } from "./tasks";
import { usePresetTitle } from "./usePresetTitle";

function Curves({ run }: { run: TrainingRunDetail }) {
  const running = isActive(run.job?.state);
  const epochs = useEpochs(run.id, running);
  return (
    <section className="card">
      <QueryView query={epochs} loading={<LoadingRows rows={1} height={220} />}>
        {(data) => {
          const groups = chartGroups(data);
          if (groups.length === 0) {
            return (
              <EmptyState
                title={running ? "The first epoch is not done yet" : "No epoch was finished"}
                text={running ? "The curve grows with every epoch." : "The job above says why."}
              />
            );
          }
          const last = Math.max(...data.map(({ epoch }) => epoch));
          return (
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              {groups.map(({ title, series }) => (
                <LineChart key={title} title={title} series={series} xLast={last} />
              ))}
            </SimpleGrid>
          );
        }}
      </QueryView>
    </section>
  );
}

/** When a run ends, lists that it changed are asked for again. */
function useRefreshWhenDone(state: string | undefined) {
  const queries = useQueryClient();
  const ended = state !== undefined && !isActive(state);
  useEffect(() => {
    if (ended) void queries.invalidateQueries({ queryKey: keys.models });
  }, [ended, queries]);
}

export function RunPage() {
  const id = Number(useParams()["id"]);
  const run = useTrainingRun(id);
  const presetTitle = usePresetTitle();
  useRefreshWhenDone(run.data?.job?.state);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={run}>
        {(data) => (
          <>
            <PageHeader
              above={
                data.search ? (
                  <Link to={`/searches/${data.search}`}>Search {data.search}</Link>
                ) : (
                  <Link to="/training">Training</Link>
                )
              }
              title={`${data.trial ? `Trial ${data.trial}` : `Run ${data.id}`}: ${presetTitle(data.preset)}`}
              subtitle={`${taskTitle(data.task)} · seed ${data.seed} · ${data.created_by ?? "command line"} · ${formatWhen(data.created_at)}`}
              actions={
                data.model && (
                  <Button component={Link} to={`/models/${data.model}`} leftSection={<IconBrain size={16} />}>
                    Open the model
                  </Button>
                )
              }
            />
            {data.job && (
              <section className="card">
                <Stack gap="sm">
                  <JobProgress job={data.job} />
                  <LiveFacts run={data} />
                </Stack>
              </section>
            )}
            <Curves run={data} />
            {data.log_tail && (
              <section className="card">
                <LogTail text={data.log_tail} />
              </section>
            )}
            {data.notes.length > 0 && (
              <Alert
                icon={<IconInfoCircle size={18} />}
                color="orange"
                variant="light"
                title="Limits of this run"
              >
                <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                  {data.notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              </Alert>
            )}
            {data.metrics && Object.keys(data.metrics).length > 0 && (
              <section className="card">
                <Stack gap="sm">
                  <Title order={2}>Result</Title>
                  <MetricTables metrics={data.metrics} />
                </Stack>
              </section>
            )}
            <section className="card">
              <Stack gap="sm">
                <Title order={2}>What it was trained on</Title>
                {data.dataset ? (
                  <>
                    <DatasetSummary dataset={data.dataset} labels={data.labels_source ?? ""} />
                    <Anchor component={Link} size="sm" to={`/datasets/${String(data.dataset.id)}/changes`}>
                      Compare this version with another
                    </Anchor>
                  </>
                ) : (
                  <Text size="sm" c="dimmed">
                    The data set is frozen when the run starts.
                  </Text>
                )}
                {data.settings && Object.keys(data.settings).length > 0 && (
                  <>
                    <Title order={2}>Changed from the preset</Title>
                    <SettingsTable settings={data.settings} />
                  </>
                )}
              </Stack>
            </section>
            <Text className="disclaimer">
              For research and decision support, not a medical device.{" "}
              <Anchor component={Link} to="/models">
                All models
              </Anchor>
            </Text>
          </>
        )}
      </QueryView>
    </div>
  );
}
