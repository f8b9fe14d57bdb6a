import {
  ActionIcon,
  Group,
  SegmentedControl,
  Slider,
  Switch,
  Text,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import type { LesionClass } from "@/api/types";
import { Key, Swatch } from "@/components/parts";

export interface LayerState {
  readonly picture: "original" | "blanked";
  readonly showLabels: boolean;
  readonly showMasks: boolean;
  readonly showPredictions: boolean;
  readonly showHeatmap: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly labelOpacity: number;
  readonly overlayOpacity: number;
}

export const FIRST_LAYERS: LayerState = {
  picture: "original",
  showLabels: true,
  showMasks: false,
  showPredictions: true,
  showHeatmap: false,
  hidden: new Set(),
  labelOpacity: 0.2,
  overlayOpacity: 0.6,
};

export function LayersPanel(props: {
  layers: LayerState;
  onChange: (change: Partial<LayerState>) => void;
  classes: readonly LesionClass[];
  counts: ReadonlyMap<string, number>;
  active: string | null;
  onClass: ((code: string, index: number) => void) | null;
  hasMasks?: boolean;
  hasPredictions: boolean;
  hasHeatmap: boolean;
}) {
  const { layers, onChange, classes, counts, active, onClass } = props;
  const toggleClass = (code: string) => {
    const hidden = new Set(layers.hidden);
    if (!hidden.delete(code)) hidden.add(code);
    onChange({ hidden });
  };
  return (
    <section className="side-section" aria-label="Layers">
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
      <span className="side-title">Layers</span>
      <Switch
        size="xs"
        label="Labels"
        checked={layers.showLabels}
        onChange={(event) => onChange({ showLabels: event.currentTarget.checked })}
      />
      <LabelledSlider
        label="Fill of labels"
        value={layers.labelOpacity}
        disabled={!layers.showLabels}
        onChange={(labelOpacity) => onChange({ labelOpacity })}
      />
      {props.hasMasks && (
        <Switch
          size="xs"
          label="Masks of these labels"
          checked={layers.showMasks}
          onChange={(event) => onChange({ showMasks: event.currentTarget.checked })}
        />
      )}
      <Switch
        size="xs"
        label={props.hasPredictions ? "Predicted lesions" : "Predicted lesions (none yet)"}
        disabled={!props.hasPredictions}
        checked={layers.showPredictions && props.hasPredictions}
        onChange={(event) => onChange({ showPredictions: event.currentTarget.checked })}
      />
      <Switch
        size="xs"
        label={props.hasHeatmap ? "Heat map: what spoke for DR" : "Heat map (none yet)"}
        disabled={!props.hasHeatmap}
        checked={layers.showHeatmap && props.hasHeatmap}
        onChange={(event) => onChange({ showHeatmap: event.currentTarget.checked })}
      />
      <LabelledSlider
        label={props.hasMasks ? "Opacity of masks and predictions" : "Opacity of predictions"}
        value={layers.overlayOpacity}
        disabled={!props.hasPredictions && !props.hasHeatmap && !props.hasMasks}
        onChange={(overlayOpacity) => onChange({ overlayOpacity })}
      />
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Picture"
        value={layers.picture}
        onChange={(picture) => onChange({ picture: picture as LayerState["picture"] })}
        data={[
          { value: "original", label: "Original" },
          { value: "blanked", label: "Outside blanked" },
        ]}
      />
    </section>
  );
}

function LabelledSlider(props: {
  label: string;
  value: number;
  disabled?: boolean;
  onChange: (value: number) => void;
}) {
  return (
    <div>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {props.label}
        </Text>
        <Text size="xs" c="dimmed">
          {Math.round(props.value * 100)} %
        </Text>
      </Group>
      <Slider
        size="sm"
        label={null}
        min={0}
        max={1}
        step={0.05}
        thumbLabel={props.label}
        value={props.value}
        disabled={props.disabled ?? false}
        onChange={props.onChange}
      />
    </div>
  );
}
