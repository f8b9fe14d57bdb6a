import { Group, Loader, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { JudgedFinding } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { formatArea, formatPercent, plural } from "@/lib/format";
import { AddedBadge, VerdictBadge } from "./panel/FindingVerdict";
import { inDiscs, quadrantInWords, type FindingRow, type Order, type SortKey } from "./findings";

const ROW_PX = 28;
const AROUND = 8; // rows kept above and below what is in sight

const COLUMNS: readonly { readonly by: SortKey; readonly title: string; readonly why?: string }[] = [
  { by: "eye", title: "Eye" },
  { by: "lesionClass", title: "Lesion" },
  { by: "confidence", title: "Confidence", why: "Mean probability of its pixels" },
  { by: "areaFovPercent", title: "Area of FOV", why: "Share of the field of view" },
  { by: "areaFovPercent", title: "Size", why: "Diameter of a circle of its area, in disc diameters" },
  { by: "quadrant", title: "Quadrant" },
  { by: "toFoveaDd", title: "To the fovea", why: "In disc diameters" },
];
const NO_VERDICTS: ReadonlyMap<string, JudgedFinding> = new Map();

/** All findings of both eyes; only the rows in sight are in the page, so that hundreds stay quick. */
export function FindingsTable(props: {
  rows: readonly FindingRow[];
  /** From this row on they are of classes that the project does not label: under a heading of their own. */
  unlabelledFrom: number;
  total: number;
  loading: boolean;
  classes: readonly LesionClass[];
  order: Order;
  onOrder: (order: Order) => void;
  chosen: string | null;
  onChoose: (row: FindingRow) => void;
  note: string;
  /** Verdicts of the review by the finding's uuid. */
  judged?: ReadonlyMap<string, JudgedFinding>;
}) {
  const judged = props.judged ?? NO_VERDICTS;
  const { rows, order, chosen, classes } = props;
  const body = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 400 });
  const hasHeading = props.unlabelledFrom < rows.length;
  const placeOf = (at: number) => at + (hasHeading && at >= props.unlabelledFrom ? 1 : 0);
  const index = rows.findIndex(({ uuid }) => uuid === chosen);
  const place = index < 0 ? -1 : placeOf(index);
  useEffect(() => {
    const element = body.current;
    if (!element) return;
    const look = () => setSight({ top: element.scrollTop, height: element.clientHeight });
    const resizing = new ResizeObserver(look);
    resizing.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resizing.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useEffect(() => {
    const element = body.current;
    if (!element || place < 0) return;
    const [top, bottom] = [place * ROW_PX, (place + 1) * ROW_PX];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) {
      element.scrollTop = bottom - element.clientHeight;
    }
  }, [place]);

  const first = Math.max(0, Math.floor(sight.top / ROW_PX) - AROUND);
  const last = Math.min(rows.length, Math.ceil((sight.top + sight.height) / ROW_PX) + AROUND);
  return (
    <div className="findings" role="grid" aria-label="Findings" aria-rowcount={placeOf(rows.length) + 1}>
      <div role="rowgroup">
        <div role="row" className="findings-row findings-head">
          {COLUMNS.map(({ by, title, why }) => {
            const isBy = order.by === by && title !== "Size";
            const sort = !isBy ? "none" : order.descending ? "descending" : "ascending";
            return (
              <div key={title} role="columnheader" aria-sort={sort} title={why}>
                <UnstyledButton
                  className="findings-sort"
                  onClick={() => props.onOrder({ by, descending: isBy ? !order.descending : startsHigh(by) })}
                >
                  {title}
                  {isBy && (order.descending ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
                </UnstyledButton>
              </div>
            );
          })}
          <div role="columnheader">Verdict</div>
        </div>
      </div>
      <div className="findings-body" role="rowgroup" ref={body} tabIndex={0} aria-label="Rows of findings">
        <div role="presentation" style={{ height: placeOf(rows.length) * ROW_PX, position: "relative" }}>
          {hasHeading && (
            <div
              role="row"
              className="findings-row findings-group"
              style={{ transform: `translateY(${props.unlabelledFrom * ROW_PX}px)` }}
            >
              <div role="gridcell">
                Not labelled in this project, no verdict needed:{" "}
                {plural(rows.length - props.unlabelledFrom, "finding")}
              </div>
            </div>
          )}
          {rows.slice(first, last).map((row, offset) => (
            <Row
              key={row.uuid}
              row={row}
              number={placeOf(first + offset)}
              lesion={classes.find(({ code }) => code === row.lesionClass)}
              isChosen={row.uuid === chosen}
              judged={judged.get(row.uuid)}
              onChoose={props.onChoose}
            />
          ))}
        </div>
        {rows.length === 0 && (
          <div role="row">
            <div role="gridcell">
              <Text size="sm" c="dimmed" p="sm">
                {props.loading ? (
                  <Loader size="xs" aria-label="Loading the findings" />
                ) : props.total === 0 ? (
                  "The model found no lesion, or has not looked yet."
                ) : (
                  "No finding of the classes and eyes that are shown."
                )}
              </Text>
            </div>
          </div>
        )}
      </div>
      <Group className="findings-foot" justify="space-between">
        <Text size="xs" c="dimmed">
          {rows.length === props.total
            ? plural(props.total, "finding")
            : `${rows.length} of ${plural(props.total, "finding")}`}
        </Text>
        <Text size="xs" c="dimmed">
          {props.note}
        </Text>
      </Group>
    </div>
  );
}

const startsHigh = (by: SortKey) => by === "confidence" || by === "areaFovPercent";

function Row(props: {
  row: FindingRow;
  number: number;
  lesion: LesionClass | undefined;
  isChosen: boolean;
  judged: JudgedFinding | undefined;
  onChoose: (row: FindingRow) => void;
}) {
  const { row, number, lesion } = props;
  return (
    <div
      role="row"
      className="findings-row"
      aria-rowindex={number + 2}
      aria-selected={props.isChosen}
      data-finding={row.uuid}
      style={{ transform: `translateY(${number * ROW_PX}px)` }}
      onClick={() => props.onChoose(row)}
    >
      <div role="gridcell">{row.eye || "?"}</div>
      <div role="gridcell" className="findings-class">
        <Swatch color={lesion?.color ?? "#868e96"} pattern={lesion?.pattern ?? "solid"} />
        {lesion?.name ?? row.lesionClass}
      </div>
      <div role="gridcell">{formatPercent(row.confidence)}</div>
      <div role="gridcell">{row.areaFovPercent === null ? "–" : formatArea(row.areaFovPercent)}</div>
      <div role="gridcell">{inDiscs(row.diameterDd)}</div>
      <div role="gridcell">{quadrantInWords(row.quadrant)}</div>
      <div role="gridcell">{inDiscs(row.toFoveaDd)}</div>
      <div role="gridcell">
        {props.judged && <VerdictBadge finding={props.judged} />}
        {row.confidence === null && <AddedBadge />}
      </div>
    </div>
  );
}
