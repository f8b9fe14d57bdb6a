import { Button, Group, SegmentedControl, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChecklist, IconPlayerPlay, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import {
  useOpenAssignment,
  useWorklist,
  useWorklistCounts,
  WORK_PAGE_SIZE,
  type WorklistRow,
  type WorkState,
} from "@/api/work";
import { useSessionUser } from "@/app/session";
import { PriorityBadge, StateBadge } from "@/components/badges";
import { EyeThumb, Pager } from "@/components/parts";
import { EmptyState, ErrorNotice, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeName, formatWhen, plural } from "@/lib/format";
import { roomOf } from "./useWorklistNeighbours";

type Tab = WorkState | "open" | "";

const VERBS: Readonly<Record<WorkState, string>> = {
  to_do: "Start",
  draft: "Continue",
  returned: "Mend",
  submitted: "Open",
  accepted: "Open",
};

function Row(props: { row: WorklistRow; busy: boolean; onOpen: () => void }) {
  const { row, busy, onOpen } = props;
  const waits = row.state === "submitted" || row.state === "accepted";
  return (
    <Table.Tr className="table-row" data-state={row.state}>
      <Table.Td w={110}>
        <EyeThumb eye={row.eye} image={{ id: row.image }} to={roomOf(row)} />
      </Table.Td>
      <Table.Td>
        <Text fw={600}>{row.patient_code}</Text>
        <Text size="xs" c="dimmed">
          {eyeName(row.eye)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          <StateBadge state={row.state} />
          <PriorityBadge priority={row.priority} />
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm" c="dimmed">
          {row.label_set === null ? "Not begun" : plural(row.regions_count, "region")}
          {row.updated_at ? ` · ${formatWhen(row.updated_at)}` : ""}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="xs"
          variant={waits ? "default" : "filled"}
          loading={busy}
          onClick={onOpen}
          aria-label={`${VERBS[row.state]} ${row.patient_code}, ${eyeName(row.eye)}`}
        >
          {VERBS[row.state]}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

export function WorklistPage() {
  const { project } = useSessionUser();
  const navigate = useNavigate();
  const [tab, setTab] = useState<Tab>("open");
  const [search, setSearch] = useState("");
  const [quietSearch] = useDebouncedValue(search.trim(), 250);
  const [page, setPage] = useState(1);
  const rows = useWorklist({ project: project?.id, state: tab, search: quietSearch, page });
  const counts = useWorklistCounts(project?.id).data;
  const open = useOpenAssignment();
  const openCount = counts ? counts.to_do + counts.draft + counts.returned : undefined;
  const tabs: readonly (readonly [Tab, string, number | undefined])[] = [
    ["open", "To read", openCount],
    ["returned", "Returned", counts?.returned],
    ["draft", "Begun", counts?.draft],
    ["submitted", "Submitted", counts?.submitted],
    ["accepted", "Accepted", counts?.accepted],
    ["", "All", undefined],
  ];
  const start = (row: WorklistRow) => {
    if (row.label_set !== null) void navigate(roomOf(row));
    else open.mutate(row.assignment, { onSuccess: () => void navigate(roomOf(row)) });
  };
  const first = tab === "open" ? rows.data?.results[0] : undefined;

  return (
    <div className="page">
      <PageHeader
        title="Worklist"
        subtitle={openCount === undefined ? project?.name : `${plural(openCount, "image")} left to read`}
        actions={
          first && (
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              loading={open.isPending}
              onClick={() => start(first)}
            >
              {first.state === "to_do" ? "Start with the first" : "Go on"}
            </Button>
          )
        }
      />
      {open.isError && <ErrorNotice error={open.error} />}
      <Group gap="md" justify="space-between">
        <SegmentedControl
          aria-label="Which images"
          value={tab}
          onChange={(next) => {
            setTab(next as Tab);
            setPage(1);
          }}
          data={tabs.map(([value, label, count]) => ({
            value,
            label: count === undefined ? label : `${label} ${count}`,
          }))}
        />
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Search patient code"
          aria-label="Search"
          w={240}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setPage(1);
          }}
        />
      </Group>
      <section className="card" data-flush="true">
        <QueryView query={rows} loading={<LoadingRows rows={8} height={58} />}>
          {({ count, results }) =>
            results.length === 0 ? (
              <Nothing tab={tab} search={quietSearch} />
            ) : (
              <Stack gap={0}>
                <Table.ScrollContainer minWidth={700}>
                  <Table highlightOnHover verticalSpacing="xs">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Image</Table.Th>
                        <Table.Th>Patient</Table.Th>
                        <Table.Th>State</Table.Th>
                        <Table.Th>Work so far</Table.Th>
                        <Table.Th aria-label="Open" />
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((row) => (
                        <Row
                          key={row.assignment}
                          row={row}
                          busy={open.isPending && open.variables === row.assignment}
                          onOpen={() => start(row)}
                        />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={WORK_PAGE_SIZE} noun="image" onPage={setPage} />
              </Stack>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}

function Nothing({ tab, search }: { tab: Tab; search: string }) {
  if (search) return <EmptyState title={`No image of a patient like “${search}”`} />;
  if (tab === "open") {
    return (
      <EmptyState
        icon={<IconChecklist size={32} stroke={1.4} />}
        title="Nothing left to read"
        text="An administrator assigns images; what is returned to you appears here, too."
        action={
          <Button component={Link} to="/patients" variant="default">
            To the patients
          </Button>
        }
      />
    );
  }
  return <EmptyState title="No image in this state" />;
}
