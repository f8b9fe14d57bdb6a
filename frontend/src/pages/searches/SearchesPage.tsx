import { SegmentedControl, Stack, Table, Text, Title } from "@mantine/core";
import { IconZoomQuestion } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { PAGE_SIZE } from "@/api/queries";
import { useSearches, useSearchPresets } from "@/api/searches";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatMetric, formatWhen } from "@/lib/format";
import { ReadinessPanel } from "../training/ReadinessPanel";
import { TASKS, TASK_TITLES, taskTitle, type Task } from "../training/tasks";
import { progressInWords } from "./progress";
import { StartSearch } from "./StartSearch";

function Searches() {
  const { project } = useSessionUser();
  const [page, setPage] = useState(1);
  const searches = useSearches(project?.id, page);
  const presets = useSearchPresets();
  const titleOf = (preset: string) => presets.data?.find(({ name }) => name === preset)?.title ?? preset;
  return (
    <section className="card" data-flush="true">
      <QueryView query={searches}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState
              icon={<IconZoomQuestion size={32} stroke={1.4} />}
              title="No search yet"
              text="Choose what to search above; the trials are listed best first while they are done."
            />
          ) : (
            <>
              <Table.ScrollContainer minWidth={760}>
                <Table highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Search</Table.Th>
                      <Table.Th>Task</Table.Th>
                      <Table.Th>State</Table.Th>
                      <Table.Th>Trials</Table.Th>
                      <Table.Th ta="right">Best</Table.Th>
                      <Table.Th>When</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((search) => (
                      <Table.Tr key={search.id}>
                        <Table.Td>
                          <Link to={`/searches/${search.id}`}>
                            Search {search.id}: {titleOf(search.preset)}
                          </Link>
                        </Table.Td>
                        <Table.Td>{taskTitle(search.task)}</Table.Td>
                        <Table.Td>
                          <StateBadge state={search.state} />
                        </Table.Td>
                        <Table.Td>
                          <Text size="sm">{progressInWords(search)}</Text>
                        </Table.Td>
                        <Table.Td ta="right">{formatMetric(search.best_value)}</Table.Td>
                        <Table.Td>{formatWhen(search.created_at)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager
                page={page}
                count={count}
                pageSize={PAGE_SIZE}
                noun="search"
                nouns="searches"
                onPage={setPage}
              />
            </>
          )
        }
      </QueryView>
    </section>
  );
}

/** Many trainings with other settings, judged by validation images. */
export function SearchesPage() {
  const [task, setTask] = useState<Task>("classifier");
  const [labels, setLabels] = useState("");
  return (
    <div className="page">
      <PageHeader
        above={<Link to="/training">Training</Link>}
        title="Searches"
        subtitle="Train a preset with many settings and see which do best on validation images; test images stay unseen."
      />
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
          <StartSearch task={task} labels={labels} onLabels={setLabels} />
        </Stack>
      </section>
      <Title order={2}>Searches so far</Title>
      <Searches />
    </div>
  );
}
