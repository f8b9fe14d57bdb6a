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
import { PICTURES, type LayerState, type Picture } from "./viewSettings";

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
        disabled={!layers.showLabels || layers.outlinesOnly}
        onChange={(labelOpacity) => onChange({ labelOpacity })}
      />
      <Switch
        size="xs"
        label="Outlines only"
        checked={layers.outlinesOnly}
        onChange={(event) => onChange({ outlinesOnly: event.currentTarget.checked })}
      />
      {props.hasMasks && (
        <Switch
          size="xs"
          label="Masks of these labels"
          checked={layers.showMasks}
          onChange={(event) => onChange({ showMasks: event.currentTarget.checked })}
        />
      )}
      {!onClass && (
        <Switch
          size="xs"
          label={props.hasPredictions ? "Predicted lesions" : "Predicted lesions (none yet)"}
          disabled={!props.hasPredictions}
          checked={layers.showPredictions && props.hasPredictions}
          onChange={(event) => onChange({ showPredictions: event.currentTarget.checked })}
        />
      )}
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
      <span className="side-title">Picture</span>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Picture"
        value={layers.picture}
        onChange={(picture) => onChange({ picture: picture as Picture })}
        data={[...PICTURES]}
      />
      <ToneSliders layers={layers} onChange={onChange} />
    </section>
  );
}

const TONES = [
  ["brightness", "Brightness"],
  ["contrast", "Contrast"],
  ["gamma", "Gamma"],
] as const;

function ToneSliders(props: { layers: LayerState; onChange: (change: Partial<LayerState>) => void }) {
  const { layers, onChange } = props;
  return (
    <>
      {TONES.map(([name, label]) => (
        <LabelledSlider
          key={name}
          label={label}
          min={0.4}
          max={2.5}
          value={layers[name]}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </>
  );
}

export function LabelledSlider(props: {
  label: string;
  value: number;
  min?: number;
  max?: number;
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
        min={props.min ?? 0}
        max={props.max ?? 1}
        step={0.05}
        thumbLabel={props.label}
        value={props.value}
        disabled={props.disabled ?? false}
        onChange={props.onChange}
      />
    </div>
  );
}
