import { NativeSelect, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import type { Reading } from "@/api/types";
import { UngradableReason } from "./UngradableReason";

const GRADES = [
  { value: "", label: "Not graded" },
  { value: "0", label: "0 – no apparent retinopathy" },
  { value: "1", label: "1 – mild: microaneurysms only" },
  { value: "2", label: "2 – moderate NPDR" },
  { value: "3", label: "3 – severe NPDR" },
  { value: "4", label: "4 – proliferative DR" },
];
const EDEMA = [
  { value: "", label: "Not judged" },
  { value: "0", label: "None" },
  { value: "1", label: "Exudates beyond 1 disc diameter of the fovea" },
  { value: "2", label: "Exudates within 1 disc diameter of the fovea" },
];

const STATUSES = [
  { value: "", label: "Not read" },
  { value: "no_dr", label: "No DR" },
  { value: "dr", label: "DR" },
];
const GRADABILITY = [
  { value: "", label: "Not judged" },
  { value: "gradable", label: "Gradable" },
  { value: "ungradable", label: "Ungradable" },
];

const toNumber = (value: string) => (value === "" ? null : Number(value));
const toText = (value: number | null | undefined) =>
  value === null || value === undefined ? "" : String(value);

/** A contradiction worth a second look; never blocks, since other diseases bleed too. */
export function readingWarning(reading: Reading, regions: number): string | null {
  const { dr_status, icdr_grade } = reading;
  if (dr_status === "no_dr" && (icdr_grade ?? 0) > 0) return "“No DR” contradicts the ICDR grade.";
  if (dr_status === "dr" && icdr_grade === 0) return "“DR” contradicts ICDR grade 0.";
  if (regions > 0 && (dr_status === "no_dr" || (icdr_grade !== null && (icdr_grade ?? 9) <= 1))) {
    return "Lesions are drawn although the reading is no DR or at most mild.";
  }
  return null;
}

/** A reading that can't be changed now, as plain text: greyed-out fields are hard to read. */
function ReadingText({ reading }: { reading: Reading }) {
  const named = (options: readonly { value: string; label: string }[], value: string) =>
    options.find((option) => option.value === value)?.label ?? value;
  const rows: readonly (readonly [string, string])[] = [
    ["DR status", named(STATUSES, reading.dr_status ?? "")],
    ["ICDR grade", named(GRADES, toText(reading.icdr_grade))],
    ["Macular edema", named(EDEMA, toText(reading.macular_edema))],
    ["Gradability", named(GRADABILITY, reading.gradability ?? "")],
    ["Why not", reading.gradability === "ungradable" ? (reading.ungradable_reason ?? "") : ""],
    ["Comment", reading.comment ?? ""],
  ];
  return (
    <dl className="reading-text">
      {rows
        .filter(([, text]) => text !== "")
        .map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
    </dl>
  );
}

export function ReadingForm(props: {
  reading: Reading;
  regions: number;
  editable: boolean;
  onChange: (change: Partial<Reading>) => void;
  children?: ReactNode;
}) {
  const { reading, editable, onChange } = props;
  const warning = readingWarning(reading, props.regions);
  if (!editable) {
    return (
      <section id="reading" className="side-section" aria-label="Reading">
        <span className="side-title">Reading</span>
        <ReadingText reading={reading} />
      </section>
    );
  }
  return (
    <section id="reading" className="side-section" aria-label="Reading">
      <span className="side-title">Reading</span>
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="DR status"
          value={reading.dr_status ?? ""}
          onChange={(value) => onChange({ dr_status: value as never })}
          data={STATUSES}
        />
        <NativeSelect
          size="xs"
          label="ICDR grade"
          data={GRADES}
          value={toText(reading.icdr_grade)}
          onChange={(event) => onChange({ icdr_grade: toNumber(event.currentTarget.value) as never })}
        />
        <NativeSelect
          size="xs"
          label="Macular edema"
          data={EDEMA}
          value={toText(reading.macular_edema)}
          onChange={(event) => onChange({ macular_edema: toNumber(event.currentTarget.value) as never })}
        />
        <NativeSelect
          size="xs"
          label="Gradability"
          data={GRADABILITY}
          value={reading.gradability ?? ""}
          onChange={(event) => onChange({ gradability: event.currentTarget.value as never })}
        />
        {reading.gradability === "ungradable" && (
          <UngradableReason
            reason={reading.ungradable_reason ?? ""}
            onChange={(reason) => onChange({ ungradable_reason: reason })}
          />
        )}
        <Textarea
          size="xs"
          label="Comment"
          autosize
          minRows={2}
          value={reading.comment ?? ""}
          onChange={(event) => onChange({ comment: event.currentTarget.value })}
        />
        {warning && (
          <Text size="xs" c="orange" role="status">
            {warning} This does not stop you.
          </Text>
        )}
        {props.children}
      </Stack>
    </section>
  );
}
