import { Table, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { PAGE_SIZE } from "@/api/queries";
import type { SearchDetail, Trial } from "@/api/searches";
import { StateBadge } from "@/components/badges";
import { Pager } from "@/components/parts";
import { formatDuration, formatMetric } from "@/lib/format";
import { settingTitle } from "../training/settings";
import { columnsOf, triedOf } from "./plots";

function TrialRow({ trial, columns }: { trial: Trial; columns: readonly string[] }) {
  const goesOn = trial.state === "running" || trial.state === "queued";
  return (
    <Table.Tr data-trial={trial.number} data-state={trial.state}>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Link to={`/training/${trial.run}`}>Trial {trial.number}</Link>
      </Table.Td>
      <Table.Td>
        <StateBadge state={trial.state} />
        {goesOn && trial.message && (
          <Text size="xs" c="dimmed">
            {trial.message}
          </Text>
        )}
        {trial.state === "failed" && (
          <Text size="xs" c="red" maw={320}>
            {trial.error_message} {trial.error_remedy}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right" fw={600}>
        {formatMetric(trial.value)}
      </Table.Td>
      {columns.map((setting) => (
        <Table.Td key={setting}>{triedOf(trial.params as Record<string, unknown>, setting)}</Table.Td>
      ))}
      <Table.Td ta="right">{trial.epochs ?? "–"}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        {trial.seconds === null ? "–" : formatDuration(trial.seconds)}
      </Table.Td>
    </Table.Tr>
  );
}

/** The trials of a search, best first. */
export function Leaderboard({ search, trials }: { search: SearchDetail; trials: readonly Trial[] }) {
  const [page, setPage] = useState(1);
  const columns = columnsOf(search.dimensions);
  return (
    <>
      <Table.ScrollContainer minWidth={560 + 120 * columns.length}>
        <Table highlightOnHover aria-label="Trials, best first">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Trial</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Result</Table.Th>
              {columns.map((setting) => (
                <Table.Th key={setting}>{settingTitle(setting)}</Table.Th>
              ))}
              <Table.Th ta="right">Epochs done</Table.Th>
              <Table.Th ta="right">Time</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trials.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((trial) => (
              <TrialRow key={trial.number} trial={trial} columns={columns} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Pager page={page} count={trials.length} pageSize={PAGE_SIZE} noun="trial" onPage={setPage} />
    </>
  );
}
