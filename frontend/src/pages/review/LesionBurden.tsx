import { Skeleton, Stack, Text } from "@mantine/core";
import { useLesionBurden } from "@/api/review";
import type { LesionClass } from "@/api/types";
import { LineChart } from "@/components/LineChart";
import { QueryView } from "@/components/states";
import { eyeName, formatDate, plural } from "@/lib/format";
import { burdenSeries, noCourse, type EyeBurden } from "./burden";

/** Area of each lesion over the patient's exams, a plot for each eye. */
export function LesionBurden({ patient, classes }: { patient: number; classes: readonly LesionClass[] }) {
  const burden = useLesionBurden(patient);
  return (
    <section className="side-section" aria-label="Lesions over the exams">
      <span className="side-title">Lesions over the exams</span>
      <QueryView query={burden} loading={<Skeleton height={160} />}>
        {(rows) => <Plots rows={rows} classes={classes} />}
      </QueryView>
    </section>
  );
}

function Plots({ rows, classes }: { rows: readonly EyeBurden[]; classes: readonly LesionClass[] }) {
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No model has looked for lesions in this patient’s images yet.
      </Text>
    );
  }
  const undated = new Set(rows.filter(({ date }) => date === null).map(({ exam }) => exam)).size;
  const eyes = [...new Set(rows.map(({ eye }) => eye))].toSorted();
  return (
    <Stack gap="lg">
      {eyes.map((eye) => (
        <EyePlot key={eye} eye={eye} rows={rows.filter((row) => row.eye === eye)} classes={classes} />
      ))}
      {undated > 0 && (
        <Text size="xs" c="dimmed">
          {plural(undated, "exam")} without a date can’t be placed on the line.
        </Text>
      )}
      <Text size="xs" c="dimmed">
        What the models found; verdicts and corrections of reviewers change nothing here. Each area is the
        mean over the eye’s images of that exam; another camera or field alone can change it.
      </Text>
    </Stack>
  );
}

function EyePlot(props: { eye: string; rows: readonly EyeBurden[]; classes: readonly LesionClass[] }) {
  const { eye, rows, classes } = props;
  const series = burdenSeries(rows, classes);
  const times = [...new Set(series.flatMap(({ values }) => values.map(([time]) => time)))].toSorted(
    (a, b) => a - b,
  );
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    return (
      <div>
        <Text size="sm" fw={600}>
          {eyeName(eye)}
        </Text>
        <Text size="sm" c="dimmed">
          {noCourse(first)}
        </Text>
      </div>
    );
  }
  return (
    <LineChart
      title={eyeName(eye)}
      series={series}
      xFirst={first}
      xLast={last}
      xTicks={times.length > 4 ? [first, last] : times}
      formatX={(time) => formatDate(new Date(time).toISOString())}
      xTitle="date of the exam"
      yTitle="% of the field of view"
    />
  );
}
