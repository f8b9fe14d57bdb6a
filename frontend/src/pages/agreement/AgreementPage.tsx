import { Anchor, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useAgreementRows, useReaderPairs, WORK_PAGE_SIZE, type AgreementRow } from "@/api/work";
import { useSessionUser } from "@/app/session";
import { EyeThumb, Pager } from "@/components/parts";
import { EmptyState, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeName, formatMetric } from "@/lib/format";
import { AgreementOverTime } from "./AgreementOverTime";
import { Bar } from "./Bar";
import { PairsTable } from "./PairsTable";

const STATUS: Readonly<Record<string, string>> = { dr: "DR", no_dr: "no DR", "": "–" };
const grade = (value: number | null | undefined) => value ?? "–";

function Answers({ first, second }: { first: string | number; second: string | number }) {
  if (first === second) return <Text size="sm">{first}</Text>;
  return (
    <Text size="sm" fw={650} c="orange">
      {first} ≠ {second}
    </Text>
  );
}

function Row({ row }: { row: AgreementRow }) {
  const to = `/images/${row.image}/agreement`;
  return (
    <Table.Tr className="table-row">
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
          {row.pair_kind === "within" ? `${row.first_name}, twice` : `${row.first_name} · ${row.second_name}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Answers
          first={STATUS[row.dr_statuses[0] ?? ""] ?? "–"}
          second={STATUS[row.dr_statuses[1] ?? ""] ?? "–"}
        />
      </Table.Td>
      <Table.Td>
        <Answers first={grade(row.icdr_grades[0])} second={grade(row.icdr_grades[1])} />
      </Table.Td>
      <Table.Td>
        <Bar value={row.mean_f1 ?? null} />
      </Table.Td>
      <Table.Td ta="right">{formatMetric(row.mean_dice)}</Table.Td>
    </Table.Tr>
  );
}

/** How far readers agree: in the whole project, then image by image, worst first. */
export function AgreementPage() {
  const { project } = useSessionUser();
  const [page, setPage] = useState(1);
  const pairs = useReaderPairs(project?.id);
  const pending = pairs.data?.results.reduce((sum, pair) => sum + pair.figures.pending, 0) ?? 0;
  const rows = useAgreementRows(pairs.data ? project?.id : undefined, page, pending);
  return (
    <div className="page">
      <PageHeader
        title="Agreement"
        subtitle="Images that were read twice: by two people, or by one person again without knowing it."
        actions={
          <Button component={Link} to="/disagreements" variant="default">
            Disagreements to settle
          </Button>
        }
      />
      <section className="card" aria-label="Readers">
        <QueryView query={pairs}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconScale size={32} stroke={1.4} />}
                title="No image was read twice yet"
                text="Have a share of the images read by two people: the figures appear once both have submitted."
              />
            ) : (
              <PairsTable pairs={results} pending={pending} classes={project?.lesion_classes ?? []} />
            )
          }
        </QueryView>
      </section>
      {pairs.data && pairs.data.results.length > 0 && (
        <AgreementOverTime pairs={pairs.data.results} pending={pending} />
      )}
      {pairs.data && pairs.data.results.length > 0 && (
        <section className="card" data-flush="true" aria-label="Images read twice">
          <Group p="md" pb={0}>
            <Title order={2} size="h4">
              Images, worst first
            </Title>
          </Group>
          <QueryView query={rows} loading={<LoadingRows rows={6} height={58} />}>
            {({ count, results }) => (
              <Stack gap={0}>
                <Table.ScrollContainer minWidth={760}>
                  <Table highlightOnHover verticalSpacing="xs" aria-label="Images, worst first">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Image</Table.Th>
                        <Table.Th>Patient</Table.Th>
                        <Table.Th>Readers</Table.Th>
                        <Table.Th>DR</Table.Th>
                        <Table.Th>ICDR grade</Table.Th>
                        <Table.Th>Lesions alike (F1)</Table.Th>
                        <Table.Th ta="right">Dice</Table.Th>
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
                  pageSize={WORK_PAGE_SIZE}
                  noun="pair of readings"
                  nouns="pairs of readings"
                  onPage={setPage}
                />
              </Stack>
            )}
          </QueryView>
        </section>
      )}
    </div>
  );
}
