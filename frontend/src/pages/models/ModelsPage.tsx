import { Button, Group, Select, Table, Text } from "@mantine/core";
import { IconBrain, IconSchool } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useModels } from "@/api/training";
import type { ModelVersion } from "@/api/types";
import { useModelAlarms } from "@/api/watch";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { PredictAgain } from "@/components/PredictAgain";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatMetric, formatWhen, humanize, plural, shortId } from "@/lib/format";
import { TASKS, TASK_TITLES, taskTitle } from "../training/tasks";
import { headline } from "./headline";
import { Promotions } from "./Promotions";
import { StarterMark } from "./Starter";

function ModelRow({ model, alarms }: { model: ModelVersion; alarms: number }) {
  const navigate = useNavigate();
  return (
    <Table.Tr className="table-row" data-clickable onClick={() => void navigate(`/models/${model.id}`)}>
      <Table.Td>
        <Link to={`/models/${model.id}`} onClick={(event) => event.stopPropagation()}>
          <Text component="span" size="sm">
            {model.name}
          </Text>
        </Link>
        <Text size="xs" c="dimmed" ff="monospace">
          {shortId(model.id)}
        </Text>
        {model.starter && <StarterMark starter={model.starter} />}
      </Table.Td>
      <Table.Td>{taskTitle(model.task)}</Table.Td>
      <Table.Td miw={118}>
        <StateBadge state={model.state} />
        {alarms > 0 && (
          <Text size="xs" mt={2}>
            <Link to={`/watch/${model.id}`} onClick={(event) => event.stopPropagation()}>
              {plural(alarms, "alarm")}
            </Link>
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap="sm">
          {headline(model.metrics).map(([name, value]) => (
            <Text key={name} size="sm">
              <Text span c="dimmed" size="xs">
                {name}{" "}
              </Text>
              {formatMetric(value)}
            </Text>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>{model.trained_by ?? (model.starter ? "came with Fovea" : "–")}</Table.Td>
      <Table.Td>{formatWhen(model.created_at)}</Table.Td>
    </Table.Tr>
  );
}

export function ModelsPage() {
  const { can, project } = useSessionUser();
  const [task, setTask] = useState("");
  const [state, setState] = useState("");
  const models = useModels({ task, state });
  const alarms = useModelAlarms(project?.id, "open").data?.results ?? [];
  return (
    <div className="page">
      <PageHeader
        title="Models"
        subtitle="One champion per task predicts; every prediction keeps the model that made it."
        actions={
          <>
            <Select
              placeholder="Any task"
              aria-label="Task"
              clearable
              w={170}
              data={TASKS.map((value) => ({ value, label: TASK_TITLES[value] ?? value }))}
              value={task || null}
              onChange={(value) => setTask(value ?? "")}
            />
            <Select
              placeholder="Any state"
              aria-label="State"
              clearable
              w={150}
              data={["champion", "candidate", "retired"].map((value) => ({ value, label: humanize(value) }))}
              value={state || null}
              onChange={(value) => setState(value ?? "")}
            />
          </>
        }
      />
      <PredictAgain />
      <section className="card" data-flush="true">
        <QueryView query={models}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconBrain size={32} stroke={1.4} />}
                title={task || state ? "No model like this" : "No models yet"}
                text="A training run that ends well leaves a candidate here; promoting it makes it the champion."
                action={
                  can("models.train") ? (
                    <Button component={Link} to="/training" leftSection={<IconSchool size={16} />}>
                      Train one
                    </Button>
                  ) : undefined
                }
              />
            ) : (
              <Table.ScrollContainer minWidth={720}>
                <Table highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Version</Table.Th>
                      <Table.Th>Task</Table.Th>
                      <Table.Th>State</Table.Th>
                      <Table.Th>Metrics</Table.Th>
                      <Table.Th>Trained by</Table.Th>
                      <Table.Th>When</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((model) => (
                      <ModelRow
                        key={model.id}
                        model={model}
                        alarms={alarms.filter((alarm) => alarm.model === model.id).length}
                      />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )
          }
        </QueryView>
      </section>
      <Promotions key={task} task={task} />
    </div>
  );
}
