import { Button, NativeSelect, Table, Text } from "@mantine/core";
import { IconStethoscope, IconTelescope } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { PAGE_SIZE } from "@/api/queries";
import { useModelAlarms, useWatchedModels, type WatchedModel } from "@/api/watch";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { shortId } from "@/lib/format";
import { taskTitle } from "../training/tasks";
import { Alarms } from "./Alarms";
import { ShareCell, WorstScore } from "./cells";
import { DEFAULT_WEEKS, PERIODS } from "./periods";

function Row({ model, weeks }: { model: WatchedModel; weeks: number }) {
  const navigate = useNavigate();
  const to = `/watch/${model.id}?weeks=${weeks}`;
  const { decisions, findings } = model;
  return (
    <Table.Tr className="table-row" data-clickable onClick={() => void navigate(to)}>
      <Table.Td>
        <Link to={to} onClick={(event) => event.stopPropagation()}>
          <Text component="span" size="sm">
            {model.name}
          </Text>
        </Link>
        <Text size="xs" c="dimmed">
          {taskTitle(model.task)} · {shortId(model.id)}
        </Text>
      </Table.Td>
      <Table.Td miw={118}>
        <StateBadge state={model.state} />
      </Table.Td>
      <Table.Td>
        <ShareCell share={decisions.overrides} />
      </Table.Td>
      <Table.Td>
        {model.task === "classifier" ? (
          <ShareCell share={decisions.agreement} />
        ) : (
          <ShareCell share={findings.kept} />
        )}
        <Text size="xs" c="dimmed">
          {model.task === "classifier" ? "DR or no DR as signed" : "findings not rejected"}
        </Text>
      </Table.Td>
      <Table.Td>{model.task === "segmenter" ? <ShareCell share={findings.overlooked} /> : "–"}</Table.Td>
      <Table.Td>
        <WorstScore score={model.worst_score} />
      </Table.Td>
    </Table.Tr>
  );
}

/** How every model version does in practice, as signed reviews and its own scores tell. */
export function WatchPage() {
  const { can, project } = useSessionUser();
  const [weeks, setWeeks] = useState(DEFAULT_WEEKS);
  const [page, setPage] = useState(1);
  const models = useWatchedModels(project?.id, weeks, page);
  const alarms = useModelAlarms(project?.id, "open");
  const shown = models.data?.results ?? [];
  const unreviewed = shown.length > 0 && shown.every(({ decisions }) => decisions.patient_overrides.of === 0);
  return (
    <div className="page">
      <PageHeader
        title="Watching the models"
        subtitle="What reviewers made of each model’s word, and whether its scores still look as they did when it was judged."
        actions={
          <NativeSelect
            aria-label="Period"
            value={String(weeks)}
            data={PERIODS}
            onChange={(event) => setWeeks(Number(event.currentTarget.value))}
          />
        }
      />
      <Alarms alarms={alarms.data?.results ?? []} />
      {unreviewed && (
        <section className="card">
          <EmptyState
            icon={<IconStethoscope size={32} stroke={1.4} />}
            title="No review was signed in this time"
            text="Overrides, findings and agreement come from signed reviews alone. Sign some in the review queue, or choose a longer time."
            action={
              can("reviews.write") ? (
                <Button component={Link} to="/review">
                  Open the review queue
                </Button>
              ) : undefined
            }
          />
        </section>
      )}
      <section className="card" data-flush="true">
        <QueryView query={models}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState
                icon={<IconTelescope size={32} stroke={1.4} />}
                title="No model to watch yet"
                text="Once a model is trained or registered and reads images, its figures appear here."
              />
            ) : (
              <>
                <Table.ScrollContainer minWidth={900}>
                  <Table highlightOnHover aria-label="Model versions">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>Version</Table.Th>
                        <Table.Th>State</Table.Th>
                        <Table.Th>Images decided otherwise</Table.Th>
                        <Table.Th>Agreement</Table.Th>
                        <Table.Th>Missed lesions</Table.Th>
                        <Table.Th>Scores</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((model) => (
                        <Row key={model.id} model={model} weeks={weeks} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={PAGE_SIZE} noun="model version" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
      <Text size="sm" c="dimmed">
        Only signed reviews count, of each exam the version that stands. After a share come its counts and the
        range in which it lies with 95 % certainty: with few reviews that range is wide, and no alarm is
        raised.
      </Text>
      <Text className="disclaimer">For research and decision support, not a medical device.</Text>
    </div>
  );
}
