import { Button, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTakeBack, useWaitingAssignments, WORK_PAGE_SIZE } from "@/api/work";
import { PriorityBadge } from "@/components/badges";
import { Pager } from "@/components/parts";
import { EmptyState, ErrorNotice, QueryView } from "@/components/states";
import { eyeName } from "@/lib/format";

/** Images on people's worklists that they have not begun: each can be taken back. */
export function NotBegun({ project }: { project: number }) {
  const [search, setSearch] = useState("");
  const [quietSearch] = useDebouncedValue(search.trim(), 250);
  const [page, setPage] = useState(1);
  const waiting = useWaitingAssignments(project, quietSearch, page);
  const takeBack = useTakeBack();
  return (
    <section className="card" aria-label="Not begun">
      <Stack>
        <Group justify="space-between" align="flex-end">
          <div>
            <Title order={2} size="h4">
              Not begun
            </Title>
            <Text size="sm" c="dimmed">
              Images on worklists that nobody has opened yet. Taking a first reading back takes its hidden
              repeat along.
            </Text>
          </div>
          <TextInput
            leftSection={<IconSearch size={16} />}
            placeholder="Search patient code"
            aria-label="Search images not begun"
            w={240}
            value={search}
            onChange={(event) => {
              setSearch(event.currentTarget.value);
              setPage(1);
            }}
          />
        </Group>
        {takeBack.isError && <ErrorNotice error={takeBack.error} />}
        <QueryView query={waiting}>
          {({ count, results }) =>
            results.length === 0 ? (
              <EmptyState title={quietSearch ? "No such image" : "Everything assigned has been begun"} />
            ) : (
              <>
                <Table verticalSpacing={6} aria-label="Images not begun">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Person</Table.Th>
                      <Table.Th>Patient</Table.Th>
                      <Table.Th>Reading</Table.Th>
                      <Table.Th aria-label="Take back" />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((row) => (
                      <Table.Tr key={row.id}>
                        <Table.Td>{row.username}</Table.Td>
                        <Table.Td>
                          {row.patient_code} · {eyeName(row.eye)}
                        </Table.Td>
                        <Table.Td>
                          <Group gap={6}>
                            <Text size="sm">{nameOf(row.reading_no)}</Text>
                            <PriorityBadge priority={row.priority} />
                          </Group>
                        </Table.Td>
                        <Table.Td ta="right">
                          <Button
                            size="compact-xs"
                            variant="subtle"
                            color="gray"
                            loading={takeBack.isPending && takeBack.variables === row.id}
                            aria-label={`Take back ${row.patient_code}, ${eyeName(row.eye)} from ${row.username}`}
                            onClick={() =>
                              takeBack.mutate(row.id, {
                                onSuccess: () => {
                                  if (results.length === 1) setPage(Math.max(1, page - 1));
                                },
                              })
                            }
                          >
                            Take back
                          </Button>
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
                <Pager page={page} count={count} pageSize={WORK_PAGE_SIZE} noun="reading" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </Stack>
    </section>
  );
}

/** Of one's own readings nobody is told which is a repeat. */
const nameOf = (readingNo: number | null) =>
  readingNo === null ? "" : readingNo === 1 ? "First reading" : "Hidden repeat";
