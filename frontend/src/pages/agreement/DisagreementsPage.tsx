import { Anchor, Badge, SegmentedControl, Table, Text } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import {
  CASES_PAGE_SIZE,
  useDisagreementCounts,
  useDisagreements,
  type CaseFilter,
  type DisagreementCounts,
  type DoubleReading,
} from "@/api/disagreements";
import { useSessionUser } from "@/app/session";
import { EyeThumb, Pager } from "@/components/parts";
import { EmptyState, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeName, formatWhen, plural } from "@/lib/format";
import { ReasonBadges } from "./ReasonBadges";

const FILTERS: readonly { readonly value: CaseFilter; readonly label: string; readonly empty: string }[] = [
  { value: "open", label: "To settle", empty: "No two readings wait to be settled." },
  { value: "waiting", label: "Back with a reader", empty: "No reading of a pair is back with its reader." },
  { value: "settled", label: "Settled", empty: "Nothing was settled yet." },
  {
    value: "changed_since",
    label: "Changed since",
    empty: "No reading was changed after its disagreement was settled.",
  },
  { value: "agreed", label: "Agreed", empty: "No two readings were found to agree yet." },
];

/** Images that two people read without seeing each other's work, and do not agree on. */
export function DisagreementsPage() {
  const { project } = useSessionUser();
  const [state, setState] = useState<CaseFilter>("open");
  const [page, setPage] = useState(1);
  const counts = useDisagreementCounts(project?.id);
  const cases = useDisagreements(project?.id, state, page);
  const choose = (next: string) => {
    setState(next as CaseFilter);
    setPage(1);
  };
  return (
    <div className="page">
      <PageHeader
        title="Disagreements to settle"
        subtitle="Images that two people read apart. Where they differ, a third person looks at both and makes the labels that count; both readings stay as they are."
      />
      <SegmentedControl
        mb="md"
        aria-label="Which double readings"
        value={state}
        onChange={choose}
        data={FILTERS.map(({ value, label }) => ({ value, label: counted(label, value, counts.data) }))}
      />
      {counts.data !== undefined && counts.data.comparing > 0 && (
        <Text size="sm" c="dimmed" mb="sm" role="status">
          {plural(counts.data.comparing, "double reading")} being compared.
        </Text>
      )}
      <section className="card" data-flush="true" aria-label="Double readings">
        <QueryView query={cases} loading={<LoadingRows rows={6} height={58} />}>
          {({ count, results }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconScale size={32} stroke={1.4} />}
                title="Nothing here"
                text={FILTERS.find(({ value }) => value === state)?.empty}
              />
            ) : (
              <>
                <Table.ScrollContainer minWidth={820}>
                  <Table highlightOnHover verticalSpacing="xs" aria-label="Double readings">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Image</Table.Th>
                        <Table.Th>Patient</Table.Th>
                        <Table.Th>Readers</Table.Th>
                        <Table.Th>Why</Table.Th>
                        <Table.Th>With</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((row) => (
                        <Row key={row.id} row={row} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager
                  page={page}
                  count={count}
                  pageSize={CASES_PAGE_SIZE}
                  noun="double reading"
                  onPage={setPage}
                />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}

function counted(label: string, value: CaseFilter, counts: DisagreementCounts | undefined): string {
  return counts ? `${label} (${counts[value].toLocaleString("en-GB")})` : label;
}

function Row({ row }: { row: DoubleReading }) {
  const to = `/disagreements/${row.id}`;
  return (
    <Table.Tr className="table-row" data-case={row.id}>
      <Table.Td w={110}>
        <EyeThumb eye={row.eye} image={{ id: row.image }} to={to} />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={to} fw={600}>
          {row.patient_code}
        </Anchor>
        <Text size="xs" c="dimmed">
          {eyeName(row.eye)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {row.first_name} · {row.second_name}
        </Text>
        {row.state === "open" && (
          <Text size="xs" c="dimmed">
            since {formatWhen(row.opened_at)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {row.reasons.length > 0 ? (
          <ReasonBadges reasons={row.reasons} />
        ) : (
          <Text size="sm" c="dimmed">
            {row.state === "agreed" ? "they agree" : "–"}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <With row={row} />
      </Table.Td>
    </Table.Tr>
  );
}

function With({ row }: { row: DoubleReading }) {
  if (row.state === "settled") {
    return (
      <>
        <Text size="sm">{row.settled_by_name}</Text>
        <Text size="xs" c="dimmed">
          {formatWhen(row.settled_at)}
        </Text>
        {row.changed_since && (
          <Badge color="orange" variant="light" radius="sm" tt="none" miw="fit-content">
            a reading has changed since
          </Badge>
        )}
      </>
    );
  }
  const { claim } = row;
  return (
    <Text size="sm" c={claim && !claim.mine ? "orange" : "dimmed"}>
      {claim ? (claim.mine ? "you" : claim.reviewer_name) : "nobody"}
    </Text>
  );
}
