import { Stack, Table, Text, Title } from "@mantine/core";
import type { LesionClass } from "@/api/types";
import type { ReaderPair } from "@/api/work";
import { formatMetric, plural } from "@/lib/format";
import { ENOUGH_FOR_KAPPA, kappaInWords } from "./kappa";

function Kappa({ value, images }: { value: number | null; images: number }) {
  if (images === 0) return <Text c="dimmed">–</Text>;
  return (
    <>
      <Text size="sm" {...(images < ENOUGH_FOR_KAPPA ? {} : { fw: 600 })}>
        {kappaInWords(value, images)}
      </Text>
      <Text size="xs" c="dimmed">
        n = {images}
      </Text>
    </>
  );
}

function PairRows({ pairs, codes }: { pairs: readonly ReaderPair[]; codes: readonly string[] }) {
  return pairs.map((pair) => (
    <Table.Tr key={`${pair.pair_kind}-${pair.first}-${pair.second}`}>
      <Table.Td>
        <Text size="sm" fw={600}>
          {pair.pair_kind === "within" ? pair.first_name : `${pair.first_name} · ${pair.second_name}`}
        </Text>
        <Text size="xs" c="dimmed">
          {plural(pair.figures.images, "image")}
        </Text>
      </Table.Td>
      <Table.Td>
        <Kappa value={pair.figures.dr_kappa} images={pair.figures.dr_images} />
      </Table.Td>
      <Table.Td>
        <Kappa value={pair.figures.grade_kappa} images={pair.figures.grade_images} />
      </Table.Td>
      <Table.Td>
        <Kappa value={pair.figures.grade_weighted_kappa} images={pair.figures.grade_images} />
      </Table.Td>
      {codes.map((code) => (
        <Table.Td key={code}>
          <Text size="sm">
            {formatMetric(pair.figures.f1[code])} / {formatMetric(pair.figures.dice[code])}
          </Text>
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}

/** Kappa, F1 and Dice of every two readers, and of readers with themselves. */
export function PairsTable(props: {
  pairs: readonly ReaderPair[];
  pending: number;
  classes: readonly LesionClass[];
}) {
  const { pairs, pending, classes } = props;
  const measured = new Set(pairs.flatMap(({ figures }) => Object.keys(figures.f1)));
  const shown = classes.filter(({ code }) => measured.has(code));
  const codes = shown.map(({ code }) => code);
  const groups = [
    ["Two readers", pairs.filter((pair) => pair.pair_kind === "between")],
    ["One reader, twice", pairs.filter((pair) => pair.pair_kind === "within")],
  ] as const;
  return (
    <Stack>
      {groups
        .filter(([, some]) => some.length > 0)
        .map(([title, some]) => (
          <div key={title}>
            <Title order={2} size="h4">
              {title}
            </Title>
            <Table.ScrollContainer minWidth={640}>
              <Table verticalSpacing="xs" aria-label={title}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Readers</Table.Th>
                    <Table.Th>Kappa, DR or not</Table.Th>
                    <Table.Th>Kappa, ICDR grade</Table.Th>
                    <Table.Th>Weighted kappa, ICDR grade</Table.Th>
                    {shown.map(({ code, name }) => (
                      <Table.Th key={code}>{name}: F1 / Dice</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  <PairRows pairs={some} codes={codes} />
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </div>
        ))}
      <Text size="sm" c="dimmed">
        {pending > 0 && `The lesions of ${plural(pending, "more image")} are being compared. `}
        Kappa (Cohen’s): agreement beyond chance, 1 at most, from 10 images on. Weighted: a difference of two
        grades counts four times one of one grade. F1: share of lesions that both drew. Dice: share of pixels.
        Means over the images where at least one reader drew the class.
      </Text>
    </Stack>
  );
}
