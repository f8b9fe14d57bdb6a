import { Badge, Group, SimpleGrid, Table, Text, Title } from "@mantine/core";
import type { LesionClass } from "@/api/types";
import type { PairAgreement } from "@/api/work";
import { Swatch } from "@/components/parts";
import { formatMetric, humanize } from "@/lib/format";
import { answersAlike } from "./reasons";

const ALIKE_COLORS = { agree: "teal", differ: "orange", "only one answered": "gray" } as const;

/** Only what both answered agrees or differs. */
function AnswersAlike({ answer }: { answer: PairAgreement["answers"][number] }) {
  const said = answersAlike(answer);
  if (!said) return null;
  return (
    <Badge color={ALIKE_COLORS[said]} variant="light" radius="sm" tt="none" miw="fit-content">
      {said}
    </Badge>
  );
}

/** The answers and the figures per lesion class of two readings. */
export function PairFigures(props: {
  pair: PairAgreement;
  first: string;
  second: string;
  classes: readonly LesionClass[];
}) {
  const { pair, first, second, classes } = props;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <section className="card" aria-label="Answers">
        <Title order={2} size="h4" mb="xs">
          Answers
        </Title>
        <Table verticalSpacing="xs" aria-label="Answers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Question</Table.Th>
              <Table.Th>{first}</Table.Th>
              <Table.Th>{second}</Table.Th>
              <Table.Th aria-label="Agree or not" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pair.answers.map((answer) => (
              <Table.Tr key={answer.field}>
                <Table.Td>{humanize(answer.field)}</Table.Td>
                <Table.Td>{answer.first || "–"}</Table.Td>
                <Table.Td>{answer.second || "–"}</Table.Td>
                <Table.Td ta="right">
                  <AnswersAlike answer={answer} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      <section className="card" aria-label="Lesions">
        <Title order={2} size="h4" mb="xs">
          Lesions
        </Title>
        <Table verticalSpacing="xs" aria-label="Lesions by class">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Class</Table.Th>
              <Table.Th ta="right">Both</Table.Th>
              <Table.Th ta="right">Only {first}</Table.Th>
              <Table.Th ta="right">Only {second}</Table.Th>
              <Table.Th ta="right">F1</Table.Th>
              <Table.Th ta="right">Dice</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pair.classes.map((one) => {
              const known = classes.find(({ code }) => code === one.lesion_class);
              return (
                <Table.Tr key={one.lesion_class} data-lesion={one.lesion_class}>
                  <Table.Td>
                    <Group gap={6} wrap="nowrap">
                      <Swatch color={known?.color ?? "#868e96"} pattern={known?.pattern ?? "solid"} />
                      {known?.name ?? one.lesion_class}
                    </Group>
                  </Table.Td>
                  <Table.Td ta="right">{one.matched}</Table.Td>
                  <Table.Td ta="right">{one.only_first}</Table.Td>
                  <Table.Td ta="right">{one.only_second}</Table.Td>
                  <Table.Td ta="right">{formatMetric(one.f1)}</Table.Td>
                  <Table.Td ta="right">{formatMetric(one.dice)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed" mt="xs">
          Two lesions count as the same when they share a tenth of their joint area, or when each one’s centre
          lies in the other.
        </Text>
      </section>
    </SimpleGrid>
  );
}
