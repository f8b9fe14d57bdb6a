import { Button, Code, Group } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDownload, IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { AUDIT_PAGE_SIZE, EVERYTHING, fileUrl, useAuditEvents, type AuditFilter } from "@/api/audit";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { AuditSearch } from "./AuditSearch";
import { EventsTable } from "./EventsTable";

/** Everything that was done or looked at: found, read and given out, never changed. */
export function AuditPage() {
  const [filter, setFilter] = useState<AuditFilter>(EVERYTHING);
  const [sought] = useDebouncedValue(filter, 300);
  const [page, setPage] = useState(1);
  const events = useAuditEvents(sought, page);
  const narrow = (change: Partial<AuditFilter>) => {
    setFilter({ ...filter, ...change });
    setPage(1);
  };
  return (
    <div className="page">
      <PageHeader
        title="Audit log"
        subtitle={
          <>
            Every change and every look at a patient, by whom and why; <Code>manage.py verify_audit</Code>{" "}
            checks it.
          </>
        }
        actions={
          <Group gap="xs">
            {(["csv", "jsonl"] as const).map((kind) => (
              <Button
                key={kind}
                component="a"
                href={fileUrl(sought, kind)}
                variant="default"
                leftSection={<IconDownload size={16} />}
              >
                {kind === "csv" ? "CSV" : "JSON lines"}
              </Button>
            ))}
          </Group>
        }
      />
      <section className="card" data-flush="true">
        <AuditSearch filter={filter} onNarrow={narrow} />
        <QueryView query={events}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState icon={<IconHistory size={30} stroke={1.4} />} title="No such events" />
            ) : (
              <>
                <EventsTable events={results} />
                <Pager page={page} count={count} pageSize={AUDIT_PAGE_SIZE} noun="event" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
