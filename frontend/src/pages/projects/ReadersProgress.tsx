import { Group, Progress, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import {
  useProjectProgress,
  useReaders,
  WORK_PAGE_SIZE,
  type ReaderProgress,
  type WorkState,
} from "@/api/work";
import { Pager } from "@/components/parts";
import { EmptyState, QueryView } from "@/components/states";
import { formatDuration } from "@/lib/format";

const STATES: readonly (readonly [WorkState, string, string])[] = [
  ["accepted", "Accepted", "teal"],
  ["submitted", "Submitted", "violet"],
  ["returned", "Returned", "orange"],
  ["draft", "Begun", "blue"],
  ["to_do", "To do", "gray.3"],
];

/** A bar of readings by state; the numbers are in the table beside it. */
function StateBar({ counts }: { counts: ReaderProgress["progress"]["counts"] }) {
  const total = STATES.reduce((sum, [state]) => sum + counts[state], 0);
  return (
    <Progress.Root size="md" aria-hidden miw={140}>
      {STATES.map(([state, title, color]) => (
        <Progress.Section
          key={state}
          value={total > 0 ? (100 * counts[state]) / total : 0}
          color={color}
          title={title}
        />
      ))}
    </Progress.Root>
  );
}

function Figure({ value, title }: { value: string; title: string }) {
  return (
    <div>
      <Text fz={24} fw={650} lh={1.2}>
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
    </div>
  );
}

function ProjectFigures({ project }: { project: number }) {
  return (
    <QueryView query={useProjectProgress(project)}>
      {({ images, images_assigned, images_read, images_read_twice, readings }) => (
        <SimpleGrid cols={{ base: 2, sm: 5 }}>
          <Figure value={`${images_read} of ${images}`} title="images read" />
          <Figure value={String(images_read_twice)} title="read by two people or more" />
          <Figure value={String(images - images_assigned)} title="assigned to nobody" />
          <Figure value={formatDuration(readings.seconds_spent)} title="spent reading, idle time left out" />
          <Figure value={pace(readings.images_per_hour)} title="images an hour" />
        </SimpleGrid>
      )}
    </QueryView>
  );
}

const pace = (perHour: number | null) =>
  perHour === null ? "–" : perHour < 10 ? perHour.toFixed(1) : String(Math.round(perHour));

/** How far the reading has come: the project in figures, then each person. */
export function ReadersProgress({ project }: { project: number }) {
  const [page, setPage] = useState(1);
  const readers = useReaders(project, page);
  return (
    <section className="card" aria-label="Progress">
      <Stack>
        <Title order={2} size="h4">
          Progress
        </Title>
        <ProjectFigures project={project} />
        <QueryView query={readers}>
          {({ count, results }) =>
            results.length === 0 ? (
              <EmptyState title="Nobody reads here yet" text="Share images out to people who label." />
            ) : (
              <>
                <Table.ScrollContainer minWidth={760}>
                  <Table verticalSpacing="xs" aria-label="Progress by person">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Person</Table.Th>
                        <Table.Th>Readings</Table.Th>
                        {STATES.map(([state, title]) => (
                          <Table.Th key={state} ta="right">
                            {title}
                          </Table.Th>
                        ))}
                        <Table.Th ta="right">Time</Table.Th>
                        <Table.Th ta="right">Images an hour</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map(({ reader, progress }) => (
                        <Table.Tr key={reader.id}>
                          <Table.Td>
                            <Text fw={600} size="sm">
                              {reader.full_name || reader.username}
                            </Text>
                          </Table.Td>
                          <Table.Td>
                            <Group wrap="nowrap">
                              <StateBar counts={progress.counts} />
                            </Group>
                          </Table.Td>
                          {STATES.map(([state]) => (
                            <Table.Td key={state} ta="right">
                              {progress.counts[state]}
                            </Table.Td>
                          ))}
                          <Table.Td ta="right">{formatDuration(progress.seconds_spent)}</Table.Td>
                          <Table.Td ta="right">{pace(progress.images_per_hour)}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                {count > WORK_PAGE_SIZE && (
                  <Pager page={page} count={count} pageSize={WORK_PAGE_SIZE} noun="reader" onPage={setPage} />
                )}
              </>
            )
          }
        </QueryView>
      </Stack>
    </section>
  );
}
