import { Code, Table, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { useAuditEvents } from "@/api/queries";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";

export function AuditPage() {
  const [page, setPage] = useState(1);
  const events = useAuditEvents(page);
  return (
    <div className="page">
      <PageHeader
        title="Audit log"
        subtitle={
          <>
            Every change, by whom and why: append-only and hash-chained. <Code>manage.py verify_audit</Code>{" "}
            checks the chain.
          </>
        }
      />
      <section className="card" data-flush="true">
        <QueryView query={events}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState icon={<IconHistory size={30} stroke={1.4} />} title="No events yet" />
            ) : (
              <>
                <Table.ScrollContainer minWidth={760}>
                  <Table striped highlightOnHover>
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>#</Table.Th>
                        <Table.Th>When</Table.Th>
                        <Table.Th>Who</Table.Th>
                        <Table.Th>Action</Table.Th>
                        <Table.Th>Object</Table.Th>
                        <Table.Th>Reason</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((event) => (
                        <Table.Tr key={event.sequence}>
                          <Table.Td>{event.sequence}</Table.Td>
                          <Table.Td title={event.at}>{formatWhen(event.at)}</Table.Td>
                          <Table.Td>{event.actor_name || "system"}</Table.Td>
                          <Table.Td>
                            <Text size="sm" ff="monospace">
                              {event.action}
                            </Text>
                          </Table.Td>
                          <Table.Td>
                            {event.object_type} {event.object_id.slice(0, 12)}
                          </Table.Td>
                          <Table.Td>{event.reason || "–"}</Table.Td>
                        </Table.Tr>
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={50} noun="event" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
