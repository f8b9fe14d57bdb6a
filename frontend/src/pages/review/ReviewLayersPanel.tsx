import { Group, NativeSelect, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import type { LesionClass } from "@/api/types";
import { eyeName, formatWhen } from "@/lib/format";
import { LabelledSlider } from "../viewer/LayersPanel";
import type { FindingRow } from "./findings";
import { toggledClass, withMaps, type ReviewLayers } from "./layers";
import type { Linking } from "./linkedViews";
import { DIFFERENCE } from "./probability";
import type { Thresholds } from "./thresholds";
import { ThresholdSlider } from "./ThresholdSlider";
import type { EyeData } from "./useEye";

interface Props {
  readonly eyes: readonly EyeData[];
  readonly rows: readonly FindingRow[];
  readonly classes: readonly LesionClass[];
  readonly layers: ReviewLayers;
  readonly onLayers: (change: Partial<ReviewLayers>) => void;
  readonly thresholds: Thresholds;
}

/** What lies over the pictures, class by class. */
export function ReviewLayersPanel(props: Props) {
  const { eyes, classes, layers, onLayers, thresholds } = props;
  const shown = eyes.filter(({ image }) => image);
  const hasMaps = shown.some(({ segmenter }) => segmenter);
  const hasHeat = shown.some(({ classifier }) => classifier?.has_heatmap);
  const hasLabels = shown.some(({ chosen }) => chosen);
  const cardOf = (code: string) =>
    shown.map((eye) => eye.thresholds.get(code)).find((value) => value !== undefined);
  return (
    <>
      <section className="side-section" aria-label="Overlays">
        <Group justify="space-between">
          <span className="side-title">Overlays</span>
          <Switch
            size="xs"
            label="All off"
            checked={layers.bare}
            onChange={(event) => onLayers({ bare: event.currentTarget.checked })}
          />
        </Group>
        <Stack gap={8} style={layers.bare ? { opacity: 0.5 } : {}}>
          <Switch
            size="xs"
            label={hasMaps ? "Outlines: dashed the model’s, full yours" : "Outlines (no prediction yet)"}
            disabled={!hasMaps}
            checked={layers.outlines && hasMaps}
            onChange={(event) => onLayers({ outlines: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Rejected findings, too: thin and grey"
            disabled={!hasMaps || !layers.outlines}
            checked={layers.rejected && layers.outlines && hasMaps}
            onChange={(event) => onLayers({ rejected: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label={hasLabels ? "The specialist’s labels" : "The specialist’s labels (none yet)"}
            disabled={!hasLabels}
            checked={layers.labels && hasLabels}
            onChange={(event) => onLayers({ labels: event.currentTarget.checked })}
          />
          <Switch
            size="xs"
            label={hasHeat ? "Heat map: what spoke for DR" : "Heat map (none yet)"}
            disabled={!hasHeat}
            checked={layers.heatmap && hasHeat}
            onChange={(event) => onLayers({ heatmap: event.currentTarget.checked })}
          />
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label="Maps"
            value={layers.maps}
            disabled={!hasMaps}
            onChange={(maps) => onLayers(withMaps(maps as ReviewLayers["maps"]))}
            data={[
              { value: "off", label: "No map" },
              { value: "probability", label: "Probability" },
              { value: "difference", label: "Difference", disabled: !hasLabels },
            ]}
          />
          {layers.maps === "difference" && <DifferenceLegend />}
          {(layers.maps !== "off" || layers.heatmap) && (
            <LabelledSlider
              label="Opacity"
              value={layers.opacity}
              onChange={(opacity) => onLayers({ opacity })}
            />
          )}
          {(layers.labels || layers.maps === "difference") &&
            shown.map((eye) => <LabelsChoice key={eye.image?.id} eye={eye} />)}
        </Stack>
      </section>
      <section className="side-section" aria-label="Lesion classes">
        <span className="side-title">
          {layers.maps === "off" ? "Lesion classes" : "Lesion classes and thresholds"}
        </span>
        {classes.map((lesion, index) => (
          <ThresholdSlider
            key={lesion.code}
            lesion={lesion}
            number={index + 1}
            shown={!layers.hidden.has(lesion.code)}
            onShown={() => onLayers({ hidden: toggledClass(layers.hidden, lesion.code) })}
            card={cardOf(lesion.code)}
            thresholds={thresholds}
            active={layers.maps !== "off"}
            count={props.rows.filter(({ lesionClass }) => lesionClass === lesion.code).length}
          />
        ))}
        {layers.maps !== "off" && (
          <Text size="xs" c="dimmed">
            The threshold changes the map on the screen only: the findings and the decision keep the model’s.
          </Text>
        )}
      </section>
      <section className="side-section" aria-label="Picture">
        <span className="side-title">Picture</span>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Picture"
          value={layers.redFree ? "red_free" : "original"}
          onChange={(picture) => onLayers({ redFree: picture === "red_free" })}
          data={[
            { value: "original", label: "Original" },
            { value: "red_free", label: "Red-free" },
          ]}
        />
        <Text size="xs" c="dimmed">
          Zoom and move both eyes together
        </Text>
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Linked pictures"
          value={layers.linking}
          onChange={(linking) => onLayers({ linking: linking as Linking })}
          data={[
            { value: "mirrored", label: "Mirrored" },
            { value: "same", label: "Same side" },
            { value: "off", label: "Not linked" },
          ]}
        />
      </section>
    </>
  );
}

const css = (color: readonly number[]) => `rgb(${color.join(" ")})`;

function DifferenceLegend() {
  const parts = [
    ["both", "both"],
    ["model", "only the model"],
    ["specialist", "only the specialist"],
  ] as const;
  return (
    <Group gap="sm">
      {parts.map(([name, words]) => (
        <Group key={name} gap={5} wrap="nowrap">
          <span className="difference-swatch" style={{ background: css(DIFFERENCE[name]) }} aria-hidden />
          <Text size="xs">{words}</Text>
        </Group>
      ))}
    </Group>
  );
}

/** Whose labels are shown of this eye. */
function LabelsChoice({ eye }: { eye: EyeData }) {
  const { image, sets, chosen } = eye;
  if (!image || !chosen) return null;
  return (
    <NativeSelect
      size="xs"
      label={`${eyeName(image.eye)}: labels`}
      value={String(chosen.id)}
      onChange={(event) => eye.chooseLabels(Number(event.currentTarget.value))}
      data={sets.map((one) => ({
        value: String(one.id),
        label: `${one.source_title || one.author_name || one.source}, ${one.state} ${formatWhen(one.updated_at)}`,
      }))}
    />
  );
}
