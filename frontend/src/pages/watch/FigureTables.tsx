import { Table, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { ClassFigures, PlaceFigures, WatchedModelDetail } from "@/api/watch";
import { useLesionName } from "@/app/useLesionName";
import { formatDate } from "@/lib/format";
import { ShareCell } from "./cells";

type Figures = Pick<PlaceFigures, "decisions" | "findings">;
type Task = WatchedModelDetail["task"];

function FigureTable(props: { title: string; heads: readonly string[]; children: ReactNode }) {
  return (
    <section className="card" data-flush="true">
      <Title order={2} size="h4" p="sm">
        {props.title}
      </Title>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={props.title} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {props.heads.map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{props.children}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

const headsOf = (task: Task) => [
  "Images decided otherwise",
  "Patients decided otherwise",
  ...(task === "classifier" ? ["DR or no DR as signed"] : ["Findings not rejected", "Missed lesions"]),
];

function Cells({ task, row }: { task: Task; row: Figures }) {
  const { decisions, findings } = row;
  const own = task === "classifier" ? [decisions.agreement] : [findings.kept, findings.overlooked];
  return [decisions.overrides, decisions.patient_overrides, ...own].map((share, index) => (
    <Table.Td key={index}>
      <ShareCell share={share} />
    </Table.Td>
  ));
}

/** Figures of each camera or site. */
export function PlacesTable(props: {
  title: string;
  noun: string;
  task: Task;
  rows: readonly PlaceFigures[];
}) {
  return (
    <FigureTable title={props.title} heads={[props.noun, ...headsOf(props.task)]}>
      {props.rows.map((row) => (
        <Table.Tr key={row.name}>
          <Table.Td fw={600}>{row.name || "not known"}</Table.Td>
          <Cells task={props.task} row={row} />
        </Table.Tr>
      ))}
    </FigureTable>
  );
}

/** Figures of each week in which something was signed, the newest first. */
export function WeeksTable({ task, rows }: { task: Task; rows: WatchedModelDetail["weeks"] }) {
  return (
    <FigureTable title="By week" heads={["Week of", ...headsOf(task)]}>
      {rows.toReversed().map((row) => (
        <Table.Tr key={row.week}>
          <Table.Td fw={600}>{formatDate(row.week)}</Table.Td>
          <Cells task={task} row={row} />
        </Table.Tr>
      ))}
    </FigureTable>
  );
}

/** What reviewers said of the findings of each class. */
export function ClassesTable({ rows }: { rows: readonly ClassFigures[] }) {
  const lesionName = useLesionName();
  return (
    <FigureTable
      title="By lesion"
      heads={[
        "Lesion",
        "Accepted",
        "Changed",
        "Rejected",
        "Missed",
        "Findings not rejected",
        "Missed lesions",
      ]}
    >
      {rows.map((row) => (
        <Table.Tr key={row.code}>
          <Table.Td fw={600}>{lesionName(row.code)}</Table.Td>
          {[row.accepted, row.edited, row.rejected, row.missed].map((count, index) => (
            <Table.Td key={index}>{count.toLocaleString("en-GB")}</Table.Td>
          ))}
          <Table.Td>
            <ShareCell share={row.kept} />
          </Table.Td>
          <Table.Td>
            <ShareCell share={row.overlooked} />
          </Table.Td>
        </Table.Tr>
      ))}
    </FigureTable>
  );
}
