import { Group, SimpleGrid, Text } from "@mantine/core";
import { useMemo } from "react";
import type { FundusImage, LabelSet, LesionClass } from "@/api/types";
import { useLabelSetDetail, type PairAgreement } from "@/api/work";
import { pictureUrl } from "@/components/parts";
import { ErrorNotice } from "@/components/states";
import { plural } from "@/lib/format";
import { outlineOf } from "./outline";
import { readerOf } from "./readers";

type Region = NonNullable<ReturnType<typeof useLabelSetDetail>["data"]>["regions"][number];

/** Both readings over the picture, side by side: what both drew is thin, what one drew alone stands out. */
export function ComparedPictures(props: {
  image: FundusImage;
  pair: PairAgreement;
  first: LabelSet;
  second: LabelSet;
  classes: readonly LesionClass[];
}) {
  const { image, pair, first, second, classes } = props;
  const lesions = useMemo(() => pair.classes.flatMap((one) => one.lesions), [pair]);
  const matched = useMemo(() => {
    const both = lesions.filter((one) => one.first && one.second);
    return new Set(both.flatMap((one) => [one.first ?? "", one.second ?? ""]));
  }, [lesions]);
  return (
    <div>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {[first, second].map((set) => (
          <Picture key={set.id} image={image} set={set} matched={matched} classes={classes} />
        ))}
      </SimpleGrid>
      <Group gap="lg" mt="xs">
        <Legend only={false}>drawn by both</Legend>
        <Legend only>drawn by this reader only</Legend>
      </Group>
    </div>
  );
}

function Legend({ only, children }: { only: boolean; children: string }) {
  return (
    <Group gap={6}>
      <svg width={30} height={14} className="compared" aria-hidden>
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
}) {
  const { image, set, matched, classes } = props;
  const detail = useLabelSetDetail(set.id);
  const regions: readonly Region[] = detail.data?.regions ?? [];
  const alone = regions.filter(({ uuid }) => !matched.has(uuid)).length;
  const colorOf = (code: string) => classes.find((one) => one.code === code)?.color ?? "#868e96";
  return (
    <section className="eye-card" aria-label={`Drawn by ${readerOf(set)}`}>
      <svg
        className="compared"
        viewBox={`0 0 ${image.width} ${image.height}`}
        role="img"
        aria-label={`${plural(regions.length, "lesion")} drawn by ${readerOf(set)}, ${alone} by nobody else`}
      >
        <image href={pictureUrl(image.id, "preview")} width={image.width} height={image.height} />
        {regions.map((region) => (
          <path
            key={region.uuid}
            d={outlineOf(region.shape, region.geometry)}
            stroke={colorOf(region.lesion_class)}
            fill={colorOf(region.lesion_class)}
            data-only={!matched.has(region.uuid)}
          >
            <title>
              {region.lesion_class}: {matched.has(region.uuid) ? "drawn by both" : "only here"}
            </title>
          </path>
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
