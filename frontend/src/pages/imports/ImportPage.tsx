import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useImport, useImportProblems } from "@/api/imports";
import type { Import } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { JobProgress } from "@/components/JobProgress";
import { KeyValues, Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { BurnedText } from "./BurnedText";
import { ImportStateBadge } from "./ImportStateBadge";
import { isLabelFile } from "./files";
import { KIND_TITLES } from "./kinds";
import { LabelMapping } from "./LabelMapping";
import { mappingInWords } from "./labelMapping";
import { PredictNew } from "./PredictNew";
import { RepeatImport } from "./RepeatImport";
import { howToSayWhose, reportInWords } from "./report";

function Problems({ id, state, place }: { id: number; state: string; place: "Row" | "Region" }) {
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
                      <Table.Th>{place}</Table.Th>
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
              <Pager page={page} count={count} pageSize={50} noun="line" onPage={setPage} />
            </>
          )
        }
      </QueryView>
    </section>
  );
}

/** How the import goes or went: its job, its counts, its problems, and what can be done next. */
function Outcome({ data }: { data: Import }) {
  const { projects } = useSessionUser();
  const classes = projects.find(({ id }) => id === data.project)?.lesion_classes ?? [];
  const whose = howToSayWhose(data.report);
  const read = data.kind === "via" ? mappingInWords(data.options, classes) : null;
  return (
    <>
      <section className="card">
        <Stack gap="sm">
          {data.state === "failed" && data.report ? (
            <Text size="sm">Nothing was imported: the problems below say why.</Text>
          ) : data.job && data.state === "succeeded" ? (
            <Text size="sm">{data.job.progress_message}</Text>
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
              <KeyValues value={reportInWords(data.report, data.dry_run)} />
              {read && <Text size="sm">{read}.</Text>}
              {whose && <Text size="sm">Without patient or eye: {whose}</Text>}
            </>
          )}
          {isLabelFile(data.kind) && data.holds_files && ["succeeded", "failed"].includes(data.state) && (
            <RepeatImport one={data} />
          )}
        </Stack>
      </section>
      {data.state === "succeeded" && Boolean(data.report?.["images_added"]) && !data.dry_run && (
        <PredictNew />
      )}
      {Boolean(data.report?.["images_with_text"]) && !data.dry_run && <BurnedText batch={data.id} />}
      <Title order={2}>Problems and notes</Title>
      <Problems id={data.id} state={data.state} place={data.file_name.endsWith(".json") ? "Region" : "Row"} />
    </>
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
                  {KIND_TITLES[data.kind]} #{data.id}
                  <ImportStateBadge one={data} size="md" />
                </Group>
              }
              subtitle={`${data.dry_run ? "Check: nothing was changed. " : ""}${data.file_name && data.files_count === 1 ? `${data.file_name}. ` : ""}By ${data.created_by ?? "command line"}, ${formatWhen(data.created_at)}`}
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
                    <Button
                      component={Link}
                      to={data.report?.["images_added"] ? `/patients?import=${data.id}` : "/patients"}
                    >
                      To the patients
                    </Button>
                  )}
                </>
              }
            />
            {isLabelFile(data.kind) && data.state === "collecting" && data.holds_files ? (
              <LabelMapping one={data} />
            ) : (
              <Outcome data={data} />
            )}
          </>
        )}
      </QueryView>
    </div>
  );
}
