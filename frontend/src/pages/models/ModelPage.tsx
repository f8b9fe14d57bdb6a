import { Group, Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useModel } from "@/api/training";
import { useAlarmsOf } from "@/api/watch";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { LoadingRows, PageHeader, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { taskTitle } from "../training/tasks";
import { usePresetTitle } from "../training/usePresetTitle";
import { Alarms } from "../watch/Alarms";
import { ComparisonPanel } from "./ComparisonPanel";
import { ExternalReports } from "./ExternalReports";
import { ModelCard } from "./ModelCard";
import { Promote } from "./Promote";
import { RollBack } from "./RollBack";
import { StarterOrigin } from "./Starter";

export function ModelPage() {
  const id = useParams()["id"] ?? "";
  const { can } = useSessionUser();
  const model = useModel(id);
  const alarms = useAlarmsOf(id).data?.results.filter(({ ended_at }) => ended_at === null) ?? [];
  const presetTitle = usePresetTitle();
  return (
    <div className="page">
      <QueryView query={model} loading={<LoadingRows rows={6} height={60} />}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/models">Models</Link>}
              title={
                <Group gap="sm">
                  {data.name}
                  <StateBadge state={data.state} size="md" />
                </Group>
              }
              subtitle={`${taskTitle(data.task)} · ${presetTitle(data.preset) || "registered from outside"} · ${data.trained_by ?? (data.starter ? "came with Fovea" : "command line")} · ${formatWhen(data.created_at)}`}
              actions={
                can("models.promote") &&
                (data.state === "champion" ? <RollBack model={data} /> : <Promote model={data} />)
              }
            />
            <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              sha256 {data.id}
            </Text>
            <Text size="sm">
              <Link to={`/watch/${data.id}`}>How it does in practice</Link>
            </Text>
            <Alarms alarms={alarms} />
            <StarterOrigin card={data.card as Record<string, unknown>} />
            {data.state !== "champion" && <ComparisonPanel model={data} />}
            <ExternalReports model={data} />
            <ModelCard id={data.id} card={data.card as Record<string, unknown>} />
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </>
        )}
      </QueryView>
    </div>
  );
}
