import { Button, SegmentedControl, Table, Text } from "@mantine/core";
import { IconArrowsDiff, IconDatabase } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { PAGE_SIZE, useDatasets } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { Pager } from "@/components/parts";
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
  const [page, setPage] = useState(1);
  const datasets = useDatasets(project?.id, task, page);
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
            onChange={(value) => {
              setTask(value as Task);
              setPage(1);
            }}
            data={TASKS.map((value) => ({ value, label: TASK_TITLES[value] ?? value }))}
          />
        }
      />
      <section className="card" data-flush="true">
        <QueryView query={datasets}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconDatabase size={32} stroke={1.4} />}
                title="No version yet"
                text="The first one is frozen when a run starts."
              />
            ) : (
              <>
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
                      {results.map((one) => (
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
                            {one.previous !== null && (
                              <Button
                                component={Link}
                                to={`/datasets/${String(one.id)}/changes?since=${String(one.previous)}`}
                                size="compact-sm"
                                variant="subtle"
                                leftSection={<IconArrowsDiff size={14} />}
                              >
                                Changes since the one before
                              </Button>
                            )}
                          </Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={PAGE_SIZE} noun="version" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
