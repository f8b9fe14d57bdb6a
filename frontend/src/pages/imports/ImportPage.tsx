import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useImport, useImportProblems } from "@/api/queries";
import { JobProgress } from "@/components/JobProgress";
import { KeyValues, Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { ImportStateBadge } from "./ImportStateBadge";

function Problems({ id, state }: { id: number; state: string }) {
  const [page, setPage] = useState(1);
  const problems = useImportProblems(id, page, state);
  return (
    <section className="card" data-flush="true">
      <QueryView query={problems}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState
              icon={<IconCircleCheck size={30} stroke={1.4} />}
              title={state === "started" ? "No problems so far" : "No problems"}
            />
          ) : (
            <>
              <Table.ScrollContainer minWidth={760}>
                <Table striped>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Row</Table.Th>
                      <Table.Th>File</Table.Th>
                      <Table.Th>Reason</Table.Th>
                      <Table.Th>What to do</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((problem) => (
                      <Table.Tr key={problem.id} data-problem={problem.code}>
                        <Table.Td>{problem.row ?? "–"}</Table.Td>
                        <Table.Td>{problem.file || "–"}</Table.Td>
                        <Table.Td>
                          {problem.message}
                          {!problem.is_error && (
                            <Text span size="xs" c="dimmed">
                              {" "}
                              (note)
                            </Text>
                          )}
                        </Table.Td>
                        <Table.Td>{problem.remedy || "–"}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager page={page} count={count} pageSize={50} noun="problem" onPage={setPage} />
            </>
          )
        }
      </QueryView>
    </section>
  );
}

export function ImportPage() {
  const id = Number(useParams()["id"]);
  const found = useImport(id);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={found}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/imports">Imports</Link>}
              title={
                <Group gap="sm">
                  {data.kind === "via" ? "VIA regions" : "Images"} #{data.id}
                  <ImportStateBadge one={data} size="md" />
                </Group>
              }
              subtitle={`${data.dry_run ? "Dry run: nothing was changed. " : ""}By ${data.created_by ?? "command line"}, ${formatWhen(data.created_at)}`}
              actions={
                <>
                  <Button
                    component={Link}
                    to="/imports/new"
                    variant="default"
                    leftSection={<IconFileImport size={16} />}
                  >
                    Another import
                  </Button>
                  {data.state === "succeeded" && !data.dry_run && (
                    <Button component={Link} to="/patients">
                      To the patients
                    </Button>
                  )}
                </>
              }
            />
            <section className="card">
              <Stack gap="sm">
                {data.job?.state === "succeeded" ? (
                  <Text size="sm">
                    {data.state === "failed"
                      ? "Nothing was imported: the problems below say why."
                      : data.job.progress_message}
                  </Text>
                ) : data.job ? (
                  <JobProgress job={data.job} />
                ) : (
                  <Text size="sm" c="dimmed">
                    {data.state === "collecting"
                      ? "Its files were not all sent, so it never started. Start a new import."
                      : "Run from the command line."}
                  </Text>
                )}
                {data.report && Object.keys(data.report).length > 0 && (
                  <>
                    <Title order={2}>Report</Title>
                    <KeyValues value={data.report} />
                  </>
                )}
              </Stack>
            </section>
            <Title order={2}>Problems</Title>
            <Problems id={id} state={data.state} />
          </>
        )}
      </QueryView>
    </div>
  );
}
