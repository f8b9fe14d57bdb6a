import { Group, SimpleGrid, Stack, Switch, Text, Title } from "@mantine/core";
import type { Project } from "@/api/types";
import { useSwitchClass } from "@/api/work";
import { Swatch } from "@/components/parts";
import { ErrorNotice } from "@/components/states";

/** What can be drawn in the project. */
export function LesionClasses({ project }: { project: Project }) {
  const change = useSwitchClass();
  return (
    <section className="card" aria-label="Lesion classes">
      <Stack>
        <div>
          <Title order={2} size="h4">
            What can be drawn
          </Title>
          <Text size="sm" c="dimmed">
            What was drawn in a class stays when it is switched off. Classes that are marked as distractors
            are drawn so that they are not taken for hemorrhages or exudates; models do not learn to find
            them.
          </Text>
        </div>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {project.lesion_classes.map((one) => (
            <Switch
              key={one.id}
              checked={one.enabled}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ id: one.id, enabled: event.currentTarget.checked })}
              label={
                <Group gap={8} wrap="nowrap">
                  <Swatch color={one.color} pattern={one.pattern} />
                  <span>
                    {one.name} ({one.code})
                  </span>
                  {!one.is_lesion && (
                    <Text component="span" size="xs" c="dimmed">
                      distractor
                    </Text>
                  )}
                </Group>
              }
            />
          ))}
        </SimpleGrid>
        {change.isError && <ErrorNotice error={change.error} />}
      </Stack>
    </section>
  );
}
