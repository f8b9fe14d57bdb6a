import { Button, Group, NativeSelect, Text } from "@mantine/core";
import { IconDownload, IconStethoscope } from "@tabler/icons-react";
import { Link, useParams, useSearchParams } from "react-router";
import { useAlarmsOf, useWatchedModel, watchCsvUrl, type WatchedModelDetail } from "@/api/watch";
import { StateBadge } from "@/components/badges";
import { EmptyState, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { plural } from "@/lib/format";
import { taskTitle } from "../training/tasks";
import { AlarmHistory } from "./AlarmHistory";
import { Alarms } from "./Alarms";
import { ShareCell } from "./cells";
import { ClassesTable, PlacesTable, WeeksTable } from "./FigureTables";
import { HowToRead } from "./HowToRead";
import { PERIODS, weeksIn } from "./periods";
import { ReviewPlots } from "./ReviewPlots";
import { ScoreDrift } from "./ScoreDrift";
import { timesInWords } from "./words";

function Headline({ model }: { model: WatchedModelDetail }) {
  const { decisions, findings } = model;
  const figures = [
    ["Images decided otherwise", decisions.overrides],
    ["Patients decided otherwise", decisions.patient_overrides],
    ...(model.task === "classifier"
      ? ([["DR or no DR as signed", decisions.agreement]] as const)
      : ([
          ["Findings not rejected", findings.kept],
          ["Missed lesions", findings.overlooked],
        ] as const)),
  ] as const;
  return (
    <section className="card" aria-label="Figures">
      <Group gap="xl" align="flex-start">
        {figures.map(([title, share]) => (
          <div key={title}>
            <Text size="sm" c="dimmed">
              {title}
            </Text>
            <ShareCell share={share} />
          </div>
        ))}
      </Group>
      {decisions.asked > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          For {plural(decisions.asked, "more image")} the models asked for a person, so there was nothing to
          override.
        </Text>
      )}
    </section>
  );
}

function Reviewed({ model, weeks }: { model: WatchedModelDetail; weeks: number }) {
  if (model.weeks.length === 0) {
    return (
      <section className="card">
        <EmptyState
          icon={<IconStethoscope size={32} stroke={1.4} />}
          title="No review of its word was signed in this time"
          text="Overrides, findings and agreement come from signed reviews alone. Sign some in the review queue, or choose a longer time."
        />
      </section>
    );
  }
  return (
    <>
      <Headline model={model} />
      <ReviewPlots model={model} weeks={weeks} />
      {model.task === "segmenter" && <ClassesTable rows={model.classes} />}
      <PlacesTable title="By camera" noun="Camera" task={model.task} rows={model.cameras} />
      <PlacesTable title="By site" noun="Site" task={model.task} rows={model.sites} />
      <WeeksTable task={model.task} rows={model.weeks} />
    </>
  );
}

/** One model version over the weeks: what reviewers made of its word, and where its scores went. */
export function WatchedModelPage() {
  const id = useParams()["id"] ?? "";
  const [search, setSearch] = useSearchParams();
  const weeks = weeksIn(search);
  const model = useWatchedModel(id, weeks);
  const alarms = useAlarmsOf(id);
  const open = alarms.data?.results.filter(({ ended_at }) => ended_at === null) ?? [];
  return (
    <div className="page">
      <QueryView query={model} loading={<LoadingRows rows={6} height={60} />}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/watch">Watching the models</Link>}
              title={
                <Group gap="sm">
                  {data.name}
                  <StateBadge state={data.state} size="md" />
                </Group>
              }
              subtitle={
                <>
                  {taskTitle(data.task)} · {timesInWords(data)} ·{" "}
                  <Link to={`/models/${data.id}`}>its card</Link>
                </>
              }
              actions={
                <>
                  <NativeSelect
                    aria-label="Period"
                    value={String(weeks)}
                    data={PERIODS}
                    onChange={(event) => setSearch({ weeks: event.currentTarget.value }, { replace: true })}
                  />
                  <Button
                    component="a"
                    href={watchCsvUrl(data.id, weeks)}
                    download
                    variant="default"
                    leftSection={<IconDownload size={16} />}
                  >
                    Figures as CSV
                  </Button>
                </>
              }
            />
            <Alarms alarms={open} />
            <Reviewed model={data} weeks={weeks} />
            <ScoreDrift model={data} weeks={weeks} />
            <AlarmHistory alarms={alarms.data?.results ?? []} />
            <HowToRead limits={data.limits} />
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </>
        )}
      </QueryView>
    </div>
  );
}
