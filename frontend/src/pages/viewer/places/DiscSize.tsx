import { Button, Group, Slider, Text } from "@mantine/core";

const SHARES = { least: 0.03, most: 0.3 }; // of the image's width; a disc takes about a tenth of most photographs

/** How wide the marked disc is: by hand, else reckoned from the way to the fovea. */
export function DiscSize(props: {
  /** Image px; null while nothing tells. */
  diameter: number | null;
  byHand: boolean;
  imageWidth: number;
  onPreview: (diameter: number | null) => void;
  onChange: (diameter: number | null) => void;
}) {
  const { diameter, byHand, imageWidth } = props;
  const usual = imageWidth / 10;
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" mih={22}>
        <Text size="xs" c="dimmed">
          Disc diameter {diameter === null ? "not known" : `${Math.round(diameter)} px`}
          {diameter !== null && !byHand ? ", reckoned" : ""}
        </Text>
        {byHand && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => props.onChange(null)}>
            Reckon it
          </Button>
        )}
      </Group>
      <Slider
        size="sm"
        label={null}
        thumbLabel="Disc diameter"
        min={Math.round(SHARES.least * imageWidth)}
        max={Math.round(SHARES.most * imageWidth)}
        step={1}
        value={Math.round(diameter ?? usual)}
        onChange={props.onPreview}
        onChangeEnd={(value) => {
          props.onPreview(null);
          props.onChange(value);
        }}
      />
    </div>
  );
}
