import { Button, Stack, Table, Text } from "@mantine/core";
import { IconDownload, IconFileExport } from "@tabler/icons-react";
import { useState } from "react";
import { EXPORTS_PER_PAGE, exportFileUrl, useExports, type Export } from "@/api/exports";
import { isActive } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { JobProgress } from "@/components/JobProgress";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatBytes, formatDate, formatWhen, plural } from "@/lib/format";
import { contents, kindTitle } from "./kinds";
import { NewExport } from "./NewExport";

function Notes({ one }: { one: Export }) {
  const count = one.report?.["notes"] ?? 0;
  if (count === 0) return null;
  return (
    <details>
      <summary>
        <Text span size="sm">
          {plural(count, "note")}
        </Text>
      </summary>
      {one.notes.slice(0, 20).map((note) => (
        <Text key={note} size="xs">
          {note}
        </Text>
      ))}
      {count > 20 && <Text size="xs">and {count - 20} more</Text>}
    </details>
  );
}

function Content({ one }: { one: Export }) {
  if (one.job && (isActive(one.job.state) || one.job.state !== "succeeded"))
    return <JobProgress job={one.job} />;
  return (
    <>
      <Text size="sm">{contents(one)}</Text>
      <Notes one={one} />
    </>
  );
}

function Download({ one }: { one: Export }) {
  if (one.ready) {
    return (
      <Stack gap={2} align="flex-start">
        <Button
          component="a"
          href={exportFileUrl(one.id)}
          download={one.file_name}
          size="xs"
          variant="light"
          leftSection={<IconDownload size={14} />}
          aria-label={`Download ${one.file_name}`}
        >
          Download ({formatBytes(one.size_bytes)})
        </Button>
        <Text size="xs" c="dimmed">
          until {formatDate(one.expires_at)}
        </Text>
      </Stack>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {one.size_bytes > 0 ? "cleared away" : "–"}
    </Text>
  );
}

function ExportRow({ one }: { one: Export }) {
  return (
    <Table.Tr data-export={one.id} data-ready={one.ready}>
      <Table.Td w={180}>
        <Text size="sm" fw={600}>
          {kindTitle(one.kind)} #{one.id}
        </Text>
      </Table.Td>
      <Table.Td>
        <Content one={one} />
      </Table.Td>
      <Table.Td w={190}>
        <Download one={one} />
      </Table.Td>
      <Table.Td w={140}>{formatWhen(one.created_at)}</Table.Td>
    </Table.Tr>
  );
}

export function ExportsPage() {
  const { project } = useSessionUser();
  const [page, setPage] = useState(1);
  const exports = useExports(project?.id, page);
  return (
    <div className="page">
      <PageHeader
        title="Exports"
        subtitle={`What was labelled in ${project?.name ?? "…"}, as files for other programs. Each is kept for 7 days.`}
      />
      <NewExport onStarted={() => setPage(1)} />
      <section className="card" data-flush="true">
        <QueryView query={exports}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconFileExport size={32} stroke={1.4} />}
                title="Nothing exported yet"
                text="Your exports of the last days are listed here, ready to download."
              />
            ) : (
              <>
                <Table.ScrollContainer minWidth={760}>
                  <Table verticalSpacing="sm">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Export</Table.Th>
                        <Table.Th>Content</Table.Th>
                        <Table.Th>File</Table.Th>
                        <Table.Th>When</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((one) => (
                        <ExportRow key={one.id} one={one} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={EXPORTS_PER_PAGE} noun="export" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
