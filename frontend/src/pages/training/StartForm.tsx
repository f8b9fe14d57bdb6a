import { Badge, Button, Collapse, Group, NumberInput, Radio, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useStartTraining } from "@/api/mutations";
import { usePresets, useReadiness } from "@/api/training";
import type { Preset, TrainingRunDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { LabelSourceSelect } from "./LabelSourceSelect";
import { SettingsTable } from "./SettingsTable";
import { learnsFrom, settingLines } from "./settings";
import type { Task } from "./tasks";

function PresetCard({ preset, chosen }: { preset: Preset; chosen: boolean }) {
  const [open, { toggle }] = useDisclosure(false);
  return (
    <div className="card" data-preset={preset.name} style={chosen ? { borderColor: "var(--focus)" } : {}}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
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
              {preset.gpu && (
                <Badge size="sm" variant="light" color="orange" tt="none">
                  hours on a CPU
                </Badge>
              )}
            </Group>
          }
          description={preset.description}
        />
        <Button
          size="compact-xs"
          variant="subtle"
          flex="none"
          rightSection={<IconChevronDown size={12} />}
          aria-expanded={open}
          onClick={toggle}
        >
          Settings
        </Button>
      </Group>
      <Collapse expanded={open}>
        <div style={{ paddingTop: 12 }}>
          <SettingsTable settings={preset.settings} />
        </div>
      </Collapse>
    </div>
  );
}

/** How many epochs a preset trains when nobody changes it. */
function usualEpochs(preset: Preset): number {
  const line = settingLines(preset.settings).find(({ name }) => name === "epochs");
  return Number(line?.value) || 1;
}

/** `given`: an earlier run, whose preset, settings and seed it begins with. */
export function StartForm(props: {
  task: Task;
  labels: string;
  onLabels: (labels: string) => void;
  given?: TrainingRunDetail | undefined;
}) {
  const { task, labels, onLabels, given } = props;
  const { project } = useSessionUser();
  const presets = usePresets();
  const readiness = useReadiness(project?.id, task, labels);
  const start = useStartTraining();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>(
    given ? { [given.task]: given.preset } : {},
  );
  const [epochs, setEpochs] = useState<Readonly<Record<string, number>>>({});
  const [seed, setSeed] = useState(given?.seed ?? 1);
  return (
    <QueryView query={presets}>
      {(all) => {
        const offered = all.filter((preset) => preset.task === task);
        const preset =
          offered.find(({ name }) => name === chosen[task]) ??
          offered.find(({ name }) => name.startsWith("quick")) ??
          offered[0];
        const changed: Readonly<Record<string, unknown>> =
          given && preset?.name === given.preset ? (given.settings ?? {}) : {};
        const usual = Number(changed["epochs"]) || (preset ? usualEpochs(preset) : 1);
        const wanted = epochs[preset?.name ?? ""] ?? usual;
        const submit = () => {
          if (!project || !preset) return;
          const settings = wanted === usual ? changed : { ...changed, epochs: wanted };
          start.mutate(
            { project: project.id, task, preset: preset.name, settings, seed, labels },
            { onSuccess: (run) => void navigate(`/training/${run.id}`) },
          );
        };
        return (
          <Stack gap="sm">
            <Title order={2}>Preset</Title>
            <Radio.Group
              aria-label="Preset"
              value={preset?.name ?? null}
              onChange={(name) => setChosen((before) => ({ ...before, [task]: name }))}
            >
              <Stack gap="xs">
                {offered.map((one) => (
                  <PresetCard key={one.name} preset={one} chosen={one.name === preset?.name} />
                ))}
              </Stack>
            </Radio.Group>
            <Group align="flex-start">
              <LabelSourceSelect project={project?.id} task={task} labels={labels} onLabels={onLabels} />
              <NumberInput
                label="Epochs"
                description={`The preset's: ${String(usual)}`}
                w={140}
                min={1}
                max={10_000}
                allowDecimal={false}
                value={wanted}
                onChange={(value) =>
                  preset && setEpochs((before) => ({ ...before, [preset.name]: Number(value) || usual }))
                }
              />
              <NumberInput
                label="Seed"
                description="Repeats a run, except on a graphics card"
                w={260}
                min={0}
                value={seed}
                onChange={(value) => setSeed(Number(value) || 0)}
              />
            </Group>
            {Object.keys(changed).length > 0 && (
              <>
                <Title order={2}>
                  Changed from the preset, as in {given?.trial ? `trial ${given.trial}` : `run ${given?.id}`}
                </Title>
                <SettingsTable settings={changed} />
              </>
            )}
            {start.isError && <ErrorNotice error={start.error} />}
            <Group>
              <Button
                leftSection={<IconPlayerPlay size={16} />}
                onClick={submit}
                loading={start.isPending}
                disabled={!preset || readiness.data?.ready !== true}
              >
                Train {preset?.title ?? ""}
              </Button>
              {readiness.data?.ready === true && (
                <Text size="sm" data-learns-from>
                  {learnsFrom(readiness.data)}
                </Text>
              )}
              {readiness.data?.ready === false && (
                <Text size="sm" c="dimmed">
                  First mend what is missing above.
                </Text>
              )}
            </Group>
          </Stack>
        );
      }}
    </QueryView>
  );
}
