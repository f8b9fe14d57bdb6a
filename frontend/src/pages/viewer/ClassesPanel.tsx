import { ActionIcon, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import type { LesionClass } from "@/api/types";
import { Key, Swatch } from "@/components/parts";
import type { LayerState } from "./viewSettings";

/** The lesion classes with their counts: the one to draw, and which ones are shown. */
export function ClassesPanel(props: {
  layers: LayerState;
  onChange: (change: Partial<LayerState>) => void;
  classes: readonly LesionClass[];
  counts: ReadonlyMap<string, number>;
  active: string | null;
  /** Null: nothing is drawn now. */
  onClass: ((code: string, index: number) => void) | null;
}) {
  const { layers, onChange, classes, counts, active, onClass } = props;
  const toggleClass = (code: string) => {
    const hidden = new Set(layers.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    onChange({ hidden });
  };
  return (
    <section className="side-section" aria-label="Classes">
      <span className="side-title">{onClass ? "Class to draw" : "Classes"}</span>
      <div>
        {classes.map((lesion, index) => {
          const hidden = layers.hidden.has(lesion.code);
          return (
            <Group key={lesion.code} gap={4} wrap="nowrap">
              <UnstyledButton
                className="class-row"
                data-active={onClass !== null && lesion.code === active}
                data-class={lesion.code}
                aria-pressed={onClass ? lesion.code === active : undefined}
                disabled={!onClass}
                onClick={() => onClass?.(lesion.code, index)}
              >
                <Key>{index + 1}</Key>
                <Swatch color={lesion.color} pattern={lesion.pattern} />
                <Text size="sm" truncate>
                  {lesion.name}
                </Text>
                <Text size="sm" c="dimmed" data-count={lesion.code}>
                  {counts.get(lesion.code) ?? 0}
                </Text>
              </UnstyledButton>
              <Tooltip label={hidden ? "Show this class" : "Hide this class"}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`${hidden ? "Show" : "Hide"} ${lesion.name}`}
                  aria-pressed={!hidden}
                  onClick={() => toggleClass(lesion.code)}
                >
                  {hidden ? <IconEyeOff size={16} /> : <IconEye size={16} />}
                </ActionIcon>
              </Tooltip>
            </Group>
          );
        })}
      </div>
    </section>
  );
}
