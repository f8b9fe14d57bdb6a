import { Badge, Button, Group, NumberInput, Radio, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useSearchPresets, useStartSearch, type SearchPreset } from "@/api/searches";
import { useReadiness } from "@/api/training";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { plural } from "@/lib/format";
import { LabelSourceSelect } from "../training/LabelSourceSelect";
import type { Task } from "../training/tasks";
import { usePresetTitle } from "../training/usePresetTitle";
import { dimensionRange, dimensionTitle } from "./plots";

function SearchCard({ preset, chosen }: { preset: SearchPreset; chosen: boolean }) {
  const presetTitle = usePresetTitle();
  return (
    <div
      className="card"
      data-search-preset={preset.name}
      style={chosen ? { borderColor: "var(--focus)" } : {}}
    >
      <Radio
        value={preset.name}
        label={
          <Group gap={8}>
            <Text fw={600}>{preset.title}</Text>
            {preset.study && (
              <Badge size="sm" variant="light" tt="none">
                study
              </Badge>
            )}
          </Group>
        }
        description={preset.description}
      />
      {chosen && (
        <Stack gap={2} pl={32} pt="xs">
          <Text size="xs" c="dimmed">
            Each trial trains {presetTitle(preset.preset)} with other settings and is judged by its{" "}
            {preset.objective}:
          </Text>
          <dl className="kv">
            {preset.dimensions.map((dimension) => (
              <div key={dimension.name} style={{ display: "contents" }}>
                <dt>{dimensionTitle(dimension.name)}</dt>
                <dd>{dimensionRange(dimension)}</dd>
              </div>
            ))}
          </dl>
        </Stack>
      )}
    </div>
  );
}

export function StartSearch(props: { task: Task; labels: string; onLabels: (labels: string) => void }) {
  const { task, labels, onLabels } = props;
  const { project } = useSessionUser();
  const presets = useSearchPresets();
  const readiness = useReadiness(project?.id, task, labels);
  const start = useStartSearch();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [asked, setAsked] = useState<Readonly<Record<string, number>>>({});
  const [seed, setSeed] = useState(1);
  return (
    <QueryView query={presets}>
      {(all) => {
        const offered = all.filter((preset) => preset.task === task);
        const preset =
          offered.find(({ name }) => name === chosen[task]) ??
          offered.find(({ name }) => name.startsWith("quick")) ??
          offered[0];
        if (!preset || !project) return null;
        const trials = asked[preset.name] ?? preset.trials;
        const submit = () =>
          start.mutate(
            { project: project.id, task, preset: preset.name, trials, seed, labels },
            { onSuccess: (search) => void navigate(`/searches/${search.id}`) },
          );
        return (
          <Stack gap="sm">
            <Title order={2}>What to search</Title>
            <Radio.Group
              aria-label="Search"
              value={preset.name}
              onChange={(name) => setChosen((before) => ({ ...before, [task]: name }))}
            >
              <Stack gap="xs">
                {offered.map((one) => (
                  <SearchCard key={one.name} preset={one} chosen={one.name === preset.name} />
                ))}
              </Stack>
            </Radio.Group>
            <Group align="flex-start">
              <LabelSourceSelect project={project?.id} task={task} labels={labels} onLabels={onLabels} />
              <NumberInput
                label="Trials"
                description={`At most ${String(preset.most_trials)}`}
                w={140}
                min={1}
                max={preset.most_trials}
                allowDecimal={false}
                value={trials}
                onChange={(value) =>
                  setAsked((before) => ({ ...before, [preset.name]: Number(value) || preset.trials }))
                }
              />
              <NumberInput
                label="Seed"
                description="Repeats it, except on a graphics card"
                w={260}
                min={0}
                value={seed}
                onChange={(value) => setSeed(Number(value) || 0)}
              />
            </Group>
            {start.isError && <ErrorNotice error={start.error} />}
            <Group>
              <Button
                leftSection={<IconPlayerPlay size={16} />}
                onClick={submit}
                loading={start.isPending}
                disabled={readiness.data?.ready !== true}
              >
                Start {plural(trials, "trial")}
              </Button>
              <Text size="sm" c="dimmed">
                {readiness.data?.ready === false
                  ? "First mend what is missing above."
                  : "One trial per free training worker at a time. No model is registered: train one with the best settings afterwards."}
              </Text>
            </Group>
          </Stack>
        );
      }}
    </QueryView>
  );
}
