import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useImports } from "@/api/imports";
import type { Import } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatWhen, plural } from "@/lib/format";
import { ImportStateBadge } from "./ImportStateBadge";
import { KIND_TITLES } from "./kinds";
import { reportInShort } from "./report";

function ImportRow({ one }: { one: Import }) {
  const navigate = useNavigate();
  return (
    <Table.Tr className="table-row" data-clickable onClick={() => void navigate(`/imports/${one.id}`)}>
      <Table.Td>
        <Link to={`/imports/${one.id}`} onClick={(event) => event.stopPropagation()}>
          {KIND_TITLES[one.kind]} #{one.id}
        </Link>
        <Text size="xs" c="dimmed" truncate maw={220} title={one.file_name}>
          {one.file_name}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={6} miw={110}>
          <ImportStateBadge one={one} />
          {one.dry_run && (
            <Badge variant="outline" color="gray" size="sm" tt="none">
              dry run
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>{one.files_count > 0 ? plural(one.files_count, "file") : "–"}</Table.Td>
      <Table.Td>
        <Text size="sm">{reportInShort(one.report, one.dry_run) || "–"}</Text>
      </Table.Td>
      <Table.Td>{one.created_by ?? "command line"}</Table.Td>
      <Table.Td>{formatWhen(one.created_at)}</Table.Td>
    </Table.Tr>
  );
}

export function ImportsPage() {
  const { project } = useSessionUser();
  const [page, setPage] = useState(1);
  const imports = useImports(project?.id, page);
  const newImport = (
    <Button component={Link} to="/imports/new" leftSection={<IconFileImport size={16} />}>
      New import
    </Button>
  );
  return (
    <div className="page">
      <PageHeader
        title="Imports"
        subtitle="Images with their labels, and what was drawn elsewhere: VIA files, masks, COCO."
        actions={newImport}
      />
      <section className="card" data-flush="true">
        <QueryView query={imports}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconFileImport size={32} stroke={1.4} />}
                title="Nothing imported yet"
                text="Start with a folder of fundus photographs; their labels can come along or later."
                action={newImport}
              />
            ) : (
              <>
                <Table.ScrollContainer minWidth={860}>
                  <Table highlightOnHover>
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Import</Table.Th>
                        <Table.Th>State</Table.Th>
                        <Table.Th>Files</Table.Th>
                        <Table.Th>Report</Table.Th>
                        <Table.Th>By</Table.Th>
                        <Table.Th>When</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((one) => (
                        <ImportRow key={one.id} one={one} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={25} noun="import" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
