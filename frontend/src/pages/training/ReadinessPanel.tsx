import { Alert, Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useReadiness } from "@/api/training";
import { useSessionUser } from "@/app/session";
import { Swatch } from "@/components/parts";
import { QueryView } from "@/components/states";

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <Text size="xl" fw={650}>
        {value.toLocaleString("en-GB")}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </div>
  );
}

/** What a run would be trained on now, and what stands in its way. */
export function ReadinessPanel({ task, labels }: { task: string; labels: string }) {
  const { project } = useSessionUser();
  const readiness = useReadiness(project?.id, task, labels);
  return (
    <QueryView query={readiness}>
      {(data) => (
        <Stack gap="sm" data-ready={data.ready}>
          <Group gap={8}>
            {data.ready ? (
              <IconCircleCheck size={20} color="var(--mantine-color-teal-6)" />
            ) : (
              <IconAlertTriangle size={20} color="var(--mantine-color-orange-6)" />
            )}
            <Text fw={600}>{data.ready ? "Ready to train" : "Not ready yet"}</Text>
          </Group>
          <SimpleGrid cols={{ base: 2, sm: 4 }}>
            <Count label="images with accepted labels" value={data.images} />
            <Count label="patients" value={data.patients} />
            <Count label="DR" value={data.positives} />
            <Count label="no DR" value={data.negatives} />
          </SimpleGrid>
          {Object.keys(data.regions).length > 0 && (
            <Group gap="xs">
              {Object.entries(data.regions).map(([code, count]) => {
                const known = project?.lesion_classes.find((one) => one.code === code);
                return (
                  <Badge
                    key={code}
                    variant="default"
                    tt="none"
                    size="lg"
                    radius="sm"
                    leftSection={
                      <Swatch color={known?.color ?? "#868e96"} pattern={known?.pattern ?? "solid"} />
                    }
                  >
                    {count} {known?.name ?? code}
                  </Badge>
                );
              })}
            </Group>
          )}
          {data.problems.map((problem) => (
            <Alert key={problem.code} color="orange" variant="light" title={problem.message} p="sm">
              <Text size="sm">{problem.remedy}</Text>
            </Alert>
          ))}
        </Stack>
      )}
    </QueryView>
  );
}
