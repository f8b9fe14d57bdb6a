import { Group, SegmentedControl, Slider, Switch, Text } from "@mantine/core";
import { PICTURES, type LayerState, type Picture } from "./viewSettings";

export function LayersPanel(props: {
  layers: LayerState;
  onChange: (change: Partial<LayerState>) => void;
  editing: boolean;
  hasMasks?: boolean;
  hasPredictions: boolean;
  hasHeatmap: boolean;
}) {
  const { layers, onChange } = props;
  return (
    <section className="side-section" aria-label="Layers">
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
      {!props.editing && (
        <Switch
          size="xs"
          label={props.hasPredictions ? "Predicted lesions" : "Predicted lesions (none yet)"}
          disabled={!props.hasPredictions}
          checked={layers.showPredictions && props.hasPredictions}
          onChange={(event) => onChange({ showPredictions: event.currentTarget.checked })}
        />
      )}
      {(props.hasHeatmap || !props.editing) && (
        <Switch
          size="xs"
          label={props.hasHeatmap ? "Heat map: what spoke for DR" : "Heat map (none yet)"}
          disabled={!props.hasHeatmap}
          checked={layers.showHeatmap && props.hasHeatmap}
          onChange={(event) => onChange({ showHeatmap: event.currentTarget.checked })}
        />
      )}
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
