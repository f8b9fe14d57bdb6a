import { Button, Group, Loader, Switch, Text } from "@mantine/core";
import type { LesionClass } from "@/api/types";
import { Swatch } from "@/components/parts";
import { ErrorNotice } from "@/components/states";
import { plural } from "@/lib/format";
import { LabelledSlider } from "./LayersPanel";
import type { Proposals } from "./useProposals";
import { useKeys } from "./useKeys";
import type { LayerState } from "./viewSettings";

/** The model's findings while one's own labels are a draft: hidden until asked for, accepted one by one or together. */
export function FindingsPanel(props: {
  proposals: Proposals;
  classes: readonly LesionClass[];
  layers: LayerState;
  onChange: (change: Partial<LayerState>) => void;
}) {
  const { proposals, classes, layers, onChange } = props;
  const { told, open, likely, chosen } = proposals;
  const { withKey } = useKeys();
  const named = (code: string) => classes.find((one) => one.code === code)?.name ?? code;
  return (
    <section className="side-section" aria-label="Findings of the model">
      <Group justify="space-between">
        <span className="side-title">Findings of the model</span>
        {told.isFetching && <Loader size="xs" aria-label="Loading" />}
      </Group>
      <Switch
        size="xs"
        label="Show them while I label"
        checked={layers.findingsInDraft}
        onChange={(event) => onChange({ findingsInDraft: event.currentTarget.checked })}
      />
      {layers.findingsInDraft && told.isError && (
        <ErrorNotice error={told.error} onRetry={() => void told.refetch()} />
      )}
      {layers.findingsInDraft && told.data && (
        <>
          {told.data.model === null ? (
            <Text size="sm" c="dimmed">
              No model has looked at this image yet.
            </Text>
          ) : (
            <>
              <LabelledSlider
                label="Shown from this confidence"
                value={layers.minConfidence}
                onChange={(minConfidence) => onChange({ minConfidence })}
              />
              {classes.map((lesion) => {
                const some = likely.filter(({ lesionClass }) => lesionClass === lesion.code);
                if (some.length === 0) return null;
                return (
                  <Group key={lesion.code} gap="xs" wrap="nowrap" data-findings={lesion.code}>
                    <Swatch color={lesion.color} pattern={lesion.pattern} />
                    <Text size="sm" truncate style={{ flex: 1 }}>
                      {lesion.name} {some.length}
                    </Text>
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => proposals.acceptFindings(some)}
                    >
                      Accept all
                    </Button>
                  </Group>
                );
              })}
              {likely.length > 0 && (
                <Button size="xs" variant="light" onClick={() => proposals.acceptFindings(likely)}>
                  Accept {plural(likely.length, "finding")} from {Math.round(layers.minConfidence * 100)} %
                </Button>
              )}
              <Text size="xs" c="dimmed" data-open-findings={open.length}>
                {chosen
                  ? `${named(chosen.lesionClass)}, ${Math.round(chosen.confidence * 100)} % chosen.`
                  : `${likely.length} of ${plural(open.length, "open finding")} shown. Click one to choose it.`}
              </Text>
              {chosen && (
                <Button size="xs" onClick={() => proposals.accept()}>
                  {withKey("Accept this one", "finish")}
                </Button>
              )}
              {told.data.isCut && (
                <Text size="xs" c="dimmed">
                  There are more; only the most certain ones are here.
                </Text>
              )}
            </>
          )}
        </>
      )}
    </section>
  );
}
