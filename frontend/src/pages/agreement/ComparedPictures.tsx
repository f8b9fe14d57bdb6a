import { ActionIcon, Group, SimpleGrid, Text } from "@mantine/core";
import { IconMaximize, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useMemo } from "react";
import type { FundusImage, LabelSet, LesionClass } from "@/api/types";
import { useLabelSet } from "@/api/queries";
import type { PairAgreement } from "@/api/work";
import { pictureUrl } from "@/components/parts";
import { ErrorNotice } from "@/components/states";
import { plural } from "@/lib/format";
import { outlineOf } from "./outline";
import { readerOf } from "./readers";
import { useLinkedView, type LinkedView } from "./useLinkedView";

type Region = NonNullable<ReturnType<typeof useLabelSet>["data"]>["regions"][number];

/** Both readings over the picture, side by side: what both drew is thin, what one drew alone stands out. */
export function ComparedPictures(props: {
  image: FundusImage;
  pair: PairAgreement;
  first: LabelSet;
  second: LabelSet;
  classes: readonly LesionClass[];
}) {
  const { image, pair, first, second, classes } = props;
  const view = useLinkedView(image);
  const matched = useMemo(() => {
    const both = pair.classes.flatMap((one) => one.lesions).filter((one) => one.first && one.second);
    return new Set(both.flatMap((one) => [one.first ?? "", one.second ?? ""]));
  }, [pair]);
  return (
    <div>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {[first, second].map((set) => (
          <Picture key={set.id} image={image} set={set} matched={matched} classes={classes} view={view} />
        ))}
      </SimpleGrid>
      <Group gap="lg" mt="xs">
        <ActionIcon.Group>
          <ActionIcon
            variant="default"
            aria-label="Zoom in"
            disabled={view.isClosest}
            onClick={() => view.zoom(2)}
          >
            <IconZoomIn size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label="Zoom out"
            disabled={view.isWhole}
            onClick={() => view.zoom(0.5)}
          >
            <IconZoomOut size={16} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            aria-label="Whole image"
            disabled={view.isWhole}
            onClick={view.showAll}
          >
            <IconMaximize size={16} />
          </ActionIcon>
        </ActionIcon.Group>
        <Legend only={false}>drawn by both</Legend>
        <Legend only>drawn by this reader only</Legend>
        <Text size="sm" c="dimmed">
          Both pictures zoom and move together: drag one of them.
        </Text>
      </Group>
    </div>
  );
}

function Legend({ only, children }: { only: boolean; children: string }) {
  return (
    <Group gap={6}>
      <svg width={30} height={14} className="compared-legend" aria-hidden>
        <rect x={2} y={2} width={26} height={10} data-only={only} stroke="currentColor" />
      </svg>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </Group>
  );
}

function Picture(props: {
  image: FundusImage;
  set: LabelSet;
  matched: ReadonlySet<string>;
  classes: readonly LesionClass[];
  view: LinkedView;
}) {
  const { image, set, matched, classes, view } = props;
  const detail = useLabelSet(set.id);
  const regions: readonly Region[] = detail.data?.regions ?? [];
  const alone = regions.filter(({ uuid }) => !matched.has(uuid)).length;
  return (
    <section className="eye-card" aria-label={`Drawn by ${readerOf(set)}`}>
      <svg
        className="compared"
        viewBox={view.viewBox}
        style={{ aspectRatio: `${image.width} / ${image.height}` }}
        role="img"
        aria-label={`${plural(regions.length, "lesion")} drawn by ${readerOf(set)}, ${alone} by nobody else`}
        {...view.drag}
      >
        <image
          href={pictureUrl(image.id, view.isWhole ? "preview" : "original")}
          width={image.width}
          height={image.height}
        />
        {regions.map((region) => (
          <Outline
            key={region.uuid}
            region={region}
            color={classes.find(({ code }) => code === region.lesion_class)?.color ?? "#868e96"}
            only={!matched.has(region.uuid)}
          />
        ))}
      </svg>
      <Group justify="space-between" p="sm">
        <Text fw={600}>{readerOf(set)}</Text>
        <Text size="sm" c="dimmed">
          {plural(regions.length, "lesion")}, {alone} drawn by nobody else
        </Text>
      </Group>
      {detail.isError && <ErrorNotice error={detail.error} onRetry={() => void detail.refetch()} />}
    </section>
  );
}

/** The class's colour within a white line, which shows on a red retina, too. */
function Outline({ region, color, only }: { region: Region; color: string; only: boolean }) {
  const path = outlineOf(region.shape, region.geometry);
  return (
    <g data-only={only}>
      <path className="compared-halo" d={path} />
      <path className="compared-line" d={path} stroke={color} fill={color}>
        <title>
          {region.lesion_class}: {only ? "drawn here only" : "drawn by both"}
        </title>
      </path>
    </g>
  );
}
