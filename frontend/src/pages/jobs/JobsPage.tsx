import { Badge, Group, Select, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { IconActivity } from "@tabler/icons-react";
import { useState } from "react";
import { useJobs, useSystem } from "@/api/queries";
import type { Job } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { JobProgress } from "@/components/JobProgress";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { formatBytes, formatDuration, formatWhen, humanize } from "@/lib/format";
import { jobKind, jobTitle } from "@/lib/jobKinds";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled"];
const LOW_DISK_SHARE = 0.1;

function SystemCards() {
  const system = useSystem();
  return (
    <QueryView query={system}>
      {({ workers, broker, disk }) => {
        const lowDisk = disk.free_bytes < LOW_DISK_SHARE * disk.total_bytes;
        return (
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <section className="card">
              <Title order={2}>Workers</Title>
              {workers.length === 0 ? (
                <Text size="sm" c="orange">
                  None seen: jobs wait until one starts.
                </Text>
              ) : (
                workers.map((worker) => (
                  <Group key={worker.name} justify="space-between" gap="xs" wrap="nowrap">
                    <Text size="sm" truncate title={worker.name}>
                      {worker.name}
                    </Text>
                    <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
                      {worker.queues.join(", ") || "schedule"} · {worker.alive ? "alive" : "gone"}, seen{" "}
                      {formatWhen(worker.last_seen_at)}
                    </Text>
                  </Group>
                ))
              )}
            </section>
            <section className="card">
              <Title order={2}>Broker</Title>
              <Badge color={broker.ok ? "teal" : "orange"} variant="light" tt="none" mt={4}>
                {broker.ok ? "Reachable" : "Not reachable"}
              </Badge>
              <Text size="sm" c="dimmed" mt={4}>
                {broker.ok ? "Workers are woken at once." : broker.detail || "Queued work is kept and waits."}
              </Text>
            </section>
            <section className="card">
              <Title order={2}>Disk</Title>
              <Text size="sm" c={lowDisk ? "orange" : undefined}>
                {formatBytes(disk.free_bytes)} free of {formatBytes(disk.total_bytes)}
              </Text>
              {lowDisk && (
                <Text size="sm" c="orange">
                  Less than a tenth is left: make room before importing or training.
                </Text>
              )}
            </section>
          </SimpleGrid>
        );
      }}
    </QueryView>
  );
}

function jobSeconds(job: Job): number | null {
  if (!job.started_at) return null;
  const end = job.finished_at ? new Date(job.finished_at) : new Date();
  return (end.getTime() - new Date(job.started_at).getTime()) / 1000;
}

function JobRow({ job }: { job: Job }) {
  const seconds = jobSeconds(job);
  return (
    <Table.Tr>
      <Table.Td w={260}>
        <Text size="sm" fw={600}>
          {jobTitle(job)}
        </Text>
        <Text size="xs" c="dimmed">
          {jobKind(job.kind)}
        </Text>
      </Table.Td>
      <Table.Td>
        <JobProgress job={job} />
      </Table.Td>
      <Table.Td w={130}>{job.requested_by ?? "command line"}</Table.Td>
      <Table.Td w={150}>
        <Text size="sm">{formatWhen(job.created_at)}</Text>
        <Text size="xs" c="dimmed">
          {seconds === null ? "not started" : formatDuration(seconds)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

export function JobsPage() {
  const { can } = useSessionUser();
  const [state, setState] = useState("");
  const [page, setPage] = useState(1);
  const jobs = useJobs({ state, kind: "", page });
  return (
    <div className="page">
      <PageHeader
        title="Jobs"
        subtitle="Imports, masks, training and predictions: the database keeps every one until it is done."
        actions={
          <Select
            placeholder="Any state"
            aria-label="State"
            clearable
            data={STATES.map((value) => ({ value, label: humanize(value) }))}
            value={state || null}
            onChange={(value) => {
              setState(value ?? "");
              setPage(1);
            }}
          />
        }
      />
      {can("system.see") && <SystemCards />}
      <section className="card" data-flush="true">
        <QueryView query={jobs}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconActivity size={30} stroke={1.4} />}
                title={state ? `No ${state} jobs` : "No jobs yet"}
                text="Jobs appear here when someone imports, builds masks, trains or predicts."
              />
            ) : (
              <Stack gap={0}>
                <Table.ScrollContainer minWidth={760}>
                  <Table verticalSpacing="sm">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Job</Table.Th>
                        <Table.Th>State</Table.Th>
                        <Table.Th>Asked by</Table.Th>
                        <Table.Th>When</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((job) => (
                        <JobRow key={job.id} job={job} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={25} noun="job" onPage={setPage} />
              </Stack>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}
