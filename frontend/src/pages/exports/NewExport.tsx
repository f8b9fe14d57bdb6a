import { Button, Checkbox, Group, Radio, Select, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useState } from "react";
import { useDatasetVersions, useLabelSources, useStartExport } from "@/api/exports";
import { useSessionUser } from "@/app/session";
import { ErrorNotice } from "@/components/states";
import { formatDate, humanize, plural } from "@/lib/format";
import { FIRST_CHOICES, KINDS, requestOf, type Choices } from "./kinds";

type Change = (changed: Partial<Choices>) => void;

function WhichLabels({ choices, change }: { choices: Choices; change: Change }) {
  const { project } = useSessionUser();
  const sources = useLabelSources(project?.id, choices.waiting).data?.results;
  return (
    <>
      <Select
        label="Labels from"
        description="Of any: one reading per image, adjudicated, else corrected, else the newest accepted"
        maw={520}
        clearable
        placeholder="Any source"
        data={(sources ?? []).map(({ value, title, label_sets }) => ({
          value,
          label: `${title} (${plural(label_sets, "label set")})`,
        }))}
        value={choices.labels || null}
        onChange={(labels) => change({ labels: labels ?? "" })}
      />
      <Checkbox
        label="Labels that nobody has accepted yet count too"
        checked={choices.waiting}
        onChange={({ currentTarget: { checked } }) =>
          change(checked ? { waiting: true } : { waiting: false, labels: "" })
        }
      />
    </>
  );
}

function WhichDataset({ choices, change }: { choices: Choices; change: Change }) {
  const { project } = useSessionUser();
  const versions = useDatasetVersions(project?.id, true);
  if (versions.isError) return <ErrorNotice error={versions.error} onRetry={() => void versions.refetch()} />;
  const known = versions.data?.results;
  if (known?.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There is no dataset version yet: each training freezes one.
      </Text>
    );
  }
  return (
    <Select
      label="Dataset version"
      maw={520}
      placeholder="Choose one"
      data={(known ?? []).map(({ id, number, task, counts, frozen_at }) => ({
        value: String(id),
        label: `Dataset ${number}: ${humanize(task)}, ${plural(Number((counts as { all?: { images?: number } }).all?.images ?? 0), "image")}, ${formatDate(frozen_at)}`,
      }))}
      value={choices.dataset || null}
      onChange={(dataset) => change({ dataset: dataset ?? "" })}
    />
  );
}

/** Which labels, in which form; the job is followed in the list below. */
export function NewExport({ onStarted }: { onStarted: () => void }) {
  const { project } = useSessionUser();
  const start = useStartExport();
  const [choices, setChoices] = useState(FIRST_CHOICES);
  const change: Change = (changed) => {
    start.reset();
    setChoices((before) => ({ ...before, ...changed }));
  };
  const request = project ? requestOf(choices, project.id) : null;
  return (
    <section className="card">
      <Stack>
        <Title order={2}>New export</Title>
        <Radio.Group
          aria-label="Format"
          value={choices.kind}
          onChange={(kind) => change({ kind: kind as Choices["kind"] })}
        >
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md" verticalSpacing="sm">
            {KINDS.map(({ kind, title, help }) => (
              <Radio key={kind} value={kind} label={title} description={help} />
            ))}
          </SimpleGrid>
        </Radio.Group>
        {choices.kind === "dataset" ? (
          <WhichDataset choices={choices} change={change} />
        ) : (
          <WhichLabels choices={choices} change={change} />
        )}
        {choices.kind === "masks" && (
          <Checkbox
            label="One numbered file per image"
            description="Instead of one file per class. Where classes overlap, the first one is kept, and it is said."
            checked={choices.indexed}
            onChange={(event) => change({ indexed: event.currentTarget.checked })}
          />
        )}
        {start.isError && <ErrorNotice error={start.error} />}
        <Group>
          <Button
            leftSection={<IconFileExport size={16} />}
            disabled={!request}
            loading={start.isPending}
            onClick={() => request && start.mutate(request, { onSuccess: onStarted })}
          >
            Export
          </Button>
          <Text size="sm" c="dimmed">
            Files carry the original names of the images. Only you can download them.
          </Text>
        </Group>
      </Stack>
    </section>
  );
}
