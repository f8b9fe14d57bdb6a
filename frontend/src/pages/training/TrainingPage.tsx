import { Button, Progress, SegmentedControl, Stack, Table, Text, Title } from "@mantine/core";
import { IconDatabase, IconSchool, IconStack2, IconZoomQuestion } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useBuildMasks } from "@/api/mutations";
import { isActive } from "@/api/queries";
import { useTrainingRun, useTrainingRuns } from "@/api/training";
import type { TrainingRun, TrainingRunDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { FollowedJob } from "@/components/FollowedJob";
import { Pager } from "@/components/parts";
import { EmptyState, ErrorNotice, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { ReadinessPanel } from "./ReadinessPanel";
import { StartForm } from "./StartForm";
import { TASKS, TASK_TITLES, taskTitle, type Task } from "./tasks";
import { usePresetTitle } from "./usePresetTitle";

function RunRow({ run }: { run: TrainingRun }) {
  const navigate = useNavigate();
  const presetTitle = usePresetTitle();
  const { job } = run;
  return (
    <Table.Tr className="table-row" data-clickable onClick={() => void navigate(`/training/${run.id}`)}>
      <Table.Td>
        <Link to={`/training/${run.id}`} onClick={(event) => event.stopPropagation()}>
          Run {run.id}
        </Link>
      </Table.Td>
      <Table.Td>{taskTitle(run.task)}</Table.Td>
      <Table.Td>{presetTitle(run.preset)}</Table.Td>
      <Table.Td>
        {job && <StateBadge state={job.state} />}
        {job && isActive(job.state) && job.progress_total > 0 && (
          <Progress
            mt={4}
            size="sm"
            value={(100 * job.progress_done) / job.progress_total}
            aria-label="Progress"
          />
        )}
      </Table.Td>
      <Table.Td>
        {run.model ? (
          <Link to={`/models/${run.model}`} onClick={(event) => event.stopPropagation()}>
            Open the model
          </Link>
        ) : (
          "–"
        )}
      </Table.Td>
      <Table.Td>{formatWhen(run.created_at)}</Table.Td>
    </Table.Tr>
  );
}

function Runs() {
  const [page, setPage] = useState(1);
  const runs = useTrainingRuns(page);
  return (
    <section className="card" data-flush="true">
      <QueryView query={runs}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState
              icon={<IconSchool size={32} stroke={1.4} />}
              title="No runs yet"
              text="Choose a preset and press Train; its curve appears here while it learns."
            />
          ) : (
            <>
              <Table.ScrollContainer minWidth={720}>
                <Table highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Run</Table.Th>
                      <Table.Th>Task</Table.Th>
                      <Table.Th>Preset</Table.Th>
                      <Table.Th>State</Table.Th>
                      <Table.Th>Model</Table.Th>
                      <Table.Th>When</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((run) => (
                      <RunRow key={run.id} run={run} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager page={page} count={count} pageSize={25} noun="run" onPage={setPage} />
            </>
          )
        }
      </QueryView>
    </section>
  );
}

/** What to train; as an earlier run was, where one is given. */
function Start({ given }: { given?: TrainingRunDetail }) {
  const [task, setTask] = useState<Task>(given?.task ?? "segmenter");
  const [labels, setLabels] = useState(given?.labels_source ?? "");
  return (
    <section className="card">
      <Stack>
        <SegmentedControl
          w="fit-content"
          aria-label="Task"
          value={task}
          onChange={(value) => setTask(value as Task)}
          data={TASKS.map((value) => ({ value, label: TASK_TITLES[value] ?? value }))}
        />
        <ReadinessPanel task={task} labels={labels} />
        <StartForm task={task} labels={labels} onLabels={setLabels} given={given} />
      </Stack>
    </section>
  );
}

function StartAsBefore({ id }: { id: number }) {
  return <QueryView query={useTrainingRun(id)}>{(run) => <Start key={run.id} given={run} />}</QueryView>;
}

export function TrainingPage() {
  const { can, project } = useSessionUser();
  const from = Number(useSearchParams()[0].get("from"));
  const masks = useBuildMasks();
  const [job, setJob] = useState<string | null>(null);
  return (
    <div className="page">
      <PageHeader
        title="Training"
        subtitle="Retrain on the labels that were accepted. The data set is frozen when a run starts."
        actions={
          <>
            <Button
              component={Link}
              to="/datasets"
              variant="default"
              leftSection={<IconDatabase size={16} />}
            >
              Dataset versions
            </Button>
            <Button
              component={Link}
              to="/searches"
              variant="default"
              leftSection={<IconZoomQuestion size={16} />}
            >
              Searches
            </Button>
            {can("masks.build") && project && (
              <Button
                variant="default"
                leftSection={<IconStack2 size={16} />}
                loading={masks.isPending}
                onClick={() =>
                  masks.mutate({ project: project.id }, { onSuccess: (started) => setJob(started.id) })
                }
              >
                Build masks
              </Button>
            )}
          </>
        }
      />
      {masks.isError && <ErrorNotice error={masks.error} />}
      {job && <FollowedJob id={job} onClose={() => setJob(null)} />}
      {Number.isInteger(from) && from > 0 ? <StartAsBefore id={from} /> : <Start />}
      <Title order={2}>Runs</Title>
      <Runs />
      <Text className="disclaimer">
        Models are for research and decision support, not a medical device. A new model is a candidate until a
        second person promotes it.
      </Text>
    </div>
  );
}
