import { Button, SegmentedControl, Table, Text } from "@mantine/core";
import { IconArrowsDiff, IconDatabase } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useDatasets } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatWhen, shortId } from "@/lib/format";
import { isRecord } from "../models/metrics";
import { TASKS, TASK_TITLES, type Task } from "../training/tasks";

const inAll = (counts: Readonly<Record<string, unknown>>, name: string): string => {
  const all = counts["all"];
  const value = isRecord(all) ? all[name] : undefined;
  return typeof value === "number" ? value.toLocaleString("en-GB") : "–";
};

/** Every frozen dataset of a task; each can be compared with the one before it. */
export function DatasetsPage() {
  const { project } = useSessionUser();
  const [task, setTask] = useState<Task>("segmenter");
  const datasets = useDatasets(project?.id, task);
  return (
    <div className="page">
      <PageHeader
        above={<Link to="/training">Training</Link>}
        title="Dataset versions"
        subtitle="What runs were trained on, frozen when each of them started."
        actions={
          <SegmentedControl
            aria-label="Task"
            value={task}
            onChange={(value) => setTask(value as Task)}
            data={TASKS.map((value) => ({ value, label: TASK_TITLES[value] ?? value }))}
          />
        }
      />
      <section className="card" data-flush="true">
        <QueryView query={datasets}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconDatabase size={32} stroke={1.4} />}
                title="No version yet"
                text="The first one is frozen when a run starts."
              />
            ) : (
              <Table.ScrollContainer minWidth={760}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Version</Table.Th>
                      <Table.Th ta="right">Images</Table.Th>
                      <Table.Th ta="right">Patients</Table.Th>
                      <Table.Th>Labels from</Table.Th>
                      <Table.Th>Frozen</Table.Th>
                      <Table.Th>Content hash</Table.Th>
                      <Table.Th />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((one, index) => {
                      const earlier = results[index + 1];
                      return (
                        <Table.Tr key={one.id}>
                          <Table.Td>{one.number}</Table.Td>
                          <Table.Td ta="right">{inAll(one.counts, "images")}</Table.Td>
                          <Table.Td ta="right">{inAll(one.counts, "patients")}</Table.Td>
                          <Table.Td>{one.labels_source || "any accepted source"}</Table.Td>
                          <Table.Td>
                            {formatWhen(one.frozen_at)}
                            <Text span size="xs" c="dimmed">
                              {" "}
                              by {one.frozen_by ?? "the command line"}
                            </Text>
                          </Table.Td>
                          <Table.Td ff="monospace">{shortId(one.content_hash)}</Table.Td>
                          <Table.Td ta="right">
                            {earlier && (
                              <Button
                                component={Link}
                                to={`/datasets/${String(one.id)}/changes?since=${String(earlier.id)}`}
                                size="compact-sm"
                                variant="subtle"
                                leftSection={<IconArrowsDiff size={14} />}
                              >
                                Changes since {earlier.number}
                              </Button>
                            )}
                          </Table.Td>
                        </Table.Tr>
                      );
                    })}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
