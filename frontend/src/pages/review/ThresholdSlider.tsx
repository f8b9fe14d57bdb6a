import { Button, Checkbox, Group, Slider, Text } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { formatPercent } from "@/lib/format";
import type { Thresholds } from "./thresholds";

/** One class: shown or not, and from which probability. The model's own threshold is marked. */
export function ThresholdSlider(props: {
  lesion: LesionClass;
  number: number;
  shown: boolean;
  onShown: () => void;
  /** Undefined: the model says nothing of this class. */
  card: number | undefined;
  thresholds: Thresholds;
  /** Whether the maps that it moves are on. */
  active: boolean;
  count: number;
}) {
  const { lesion, card, thresholds, shown } = props;
  return (
    <div data-class={lesion.code}>
      <Group gap="xs" wrap="nowrap">
        <Checkbox
          size="xs"
          checked={shown}
          onChange={props.onShown}
          aria-label={`Show ${lesion.name.toLowerCase()}`}
        />
        <Swatch color={lesion.color} pattern={lesion.pattern} />
        <Text size="sm" style={{ flex: 1 }} truncate>
          {lesion.name}
        </Text>
        <Text size="xs" c="dimmed">
          {props.count} · key {props.number}
        </Text>
      </Group>
      {props.active && shown && card !== undefined && (
        <Moving name={lesion.name} code={lesion.code} card={card} thresholds={thresholds} />
      )}
    </div>
  );
}

function Moving(props: { name: string; code: string; card: number; thresholds: Thresholds }) {
  const { code, card, thresholds } = props;
  const moved = useSyncExternalStore(thresholds.subscribe, () => thresholds.get(code));
  const [own, setOwn] = useState<number | null>(null); // where the thumb is while it is held
  const value = own ?? moved ?? card;
  return (
    <>
      <Slider
        size="sm"
        mt={4}
        mb={4}
        min={0.01}
        max={1}
        step={0.005}
        label={null}
        thumbLabel={`Threshold of ${props.name.toLowerCase()}`}
        value={value}
        marks={[{ value: card }]}
        onChange={(next) => {
          setOwn(next);
          thresholds.set(code, next);
        }}
        onChangeEnd={() => setOwn(null)}
      />
      <Group justify="space-between" h={22}>
        <Text size="xs" c="dimmed">
          from {formatPercent(value)}
          {moved === undefined && ", the model’s threshold"}
        </Text>
        {moved !== undefined && (
          <Button size="compact-xs" variant="subtle" onClick={() => thresholds.set(code, null)}>
            Back to the model’s {formatPercent(card)}
          </Button>
        )}
      </Group>
    </>
  );
}
