import { Button, Collapse, Group, Select, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconWorld } from "@tabler/icons-react";
import { useState } from "react";
import { useScoreElsewhere } from "@/api/mutations";
import { isActive, useDatasets } from "@/api/queries";
import { REPORTS_A_PAGE, useExternalReports } from "@/api/training";
import type { ExternalReport, ModelVersionDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { JobProgress } from "@/components/JobProgress";
import { Pager } from "@/components/parts";
import { ErrorNotice, QueryView } from "@/components/states";
import { formatWhen, plural } from "@/lib/format";
import { Froc, Reliability } from "./CardCurves";
import { leftOutSentence, placesOf } from "./externalReport";
import { MetricTables } from "./MetricTables";

/** Chooses a dataset version and has the model scored on it. */
function ScoreOn({ model }: { model: ModelVersionDetail }) {
  const { project } = useSessionUser();
  const [dataset, setDataset] = useState<string | null>(null);
  const datasets = useDatasets(project?.id, model.task, 1, 200).data?.results ?? [];
  const start = useScoreElsewhere();
  return (
    <>
      <Group gap="xs">
        <Select
          size="xs"
          w={270}
          aria-label="Dataset version to score on"
          placeholder={datasets.length > 0 ? "Dataset version…" : "No dataset version yet"}
          disabled={datasets.length === 0}
          searchable
          data={datasets.map(({ id, number, frozen_at }) => ({
            value: String(id),
            label: `Version ${String(number)}, ${formatWhen(frozen_at)}`,
          }))}
          value={dataset}
          onChange={setDataset}
        />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconWorld size={16} />}
          disabled={dataset === null}
          loading={start.isPending}
          onClick={() => start.mutate({ model: model.id, dataset: Number(dataset) })}
        >
          Score on it
        </Button>
      </Group>
      {start.isError && <ErrorNotice error={start.error} />}
    </>
  );
}

function Report({ report, first }: { report: ExternalReport; first: boolean }) {
  const [open, { toggle }] = useDisclosure(first);
  const metrics = { elsewhere: report.scores };
  const places = placesOf(report.places);
  if (report.finished_at === null) {
    return (
      <div data-report={report.id}>
        <Text fw={600}>{report.name}</Text>
        {report.job && <JobProgress job={report.job} />}
      </div>
    );
  }
  return (
    <div data-report={report.id}>
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Text fw={600}>
            {report.name}
            <Text span size="sm" c="dimmed" fw={400}>
              {" "}
              · {plural(report.images, "image")} of {plural(report.patients, "patient")}
              {places && ` · ${places}`} · {formatWhen(report.finished_at)} by{" "}
              {report.asked_by ?? "the command line"}
            </Text>
          </Text>
          <Text size="sm" c="dimmed">
            {leftOutSentence(report.left_out)}
          </Text>
        </div>
        <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={open} flex="none">
          {open ? "Hide scores" : "Show scores"}
        </Button>
      </Group>
      {report.notes.map((note) => (
        <Text key={note} size="sm" c="orange">
          {note}
        </Text>
      ))}
      <Collapse expanded={open}>
        <Stack mt="xs">
          <MetricTables metrics={metrics} />
          <div>
            <Reliability metrics={metrics} />
            <Froc metrics={metrics} />
          </div>
        </Stack>
      </Collapse>
    </div>
  );
}

/** The model on images that it did not learn from: another site, camera or batch. */
export function ExternalReports({ model }: { model: ModelVersionDetail }) {
  const { can } = useSessionUser();
  const [page, setPage] = useState(1);
  const reports = useExternalReports(model.id, page);
  const newest = reports.data?.results.find(({ finished_at }) => finished_at !== null);
  const running = reports.data?.results.some(({ job }) => isActive(job?.state)) ?? false;
  return (
    <section className="card" aria-label="Scored on other data">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>Scored on other data</Title>
          {can("models.promote") && !running && <ScoreOn model={model} />}
        </Group>
        <QueryView query={reports}>
          {({ results, count }) => (
            <>
              {results.length === 0 && (
                <Text size="sm" c="dimmed">
                  Not yet. A model does best on images like those it learned from: here it is scored on a
                  dataset version of another site or camera, at its own thresholds, without the images and
                  patients that it learned from.
                </Text>
              )}
              {results.map((report) => (
                <Report key={report.id} report={report} first={report.id === newest?.id} />
              ))}
              {count > REPORTS_A_PAGE && (
                <Pager page={page} count={count} pageSize={REPORTS_A_PAGE} noun="report" onPage={setPage} />
              )}
            </>
          )}
        </QueryView>
      </Stack>
    </section>
  );
}
