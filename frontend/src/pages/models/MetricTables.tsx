import { Button, Collapse, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useSessionUser } from "@/app/session";
import { formatMetric, plural } from "@/lib/format";
import { foldScores, scoreTitle, type FoldScores, type Score } from "./metrics";

/** A score with its interval in brackets. */
function Measured({ score }: { score: Score | null }) {
  return (
    <>
      {formatMetric(score?.value)}
      {score?.low !== null && score?.low !== undefined && (
        <Text span size="xs" c="dimmed">
          {" "}
          ({formatMetric(score.low)}–{formatMetric(score.high)})
        </Text>
      )}
    </>
  );
}

/** What the picture's plainest facts tell on the same images: a model must be clearly above it. */
function Baseline({ auc, more }: NonNullable<FoldScores["baseline"]>) {
  return (
    <Text size="sm">
      Colour, brightness and file size alone reach an AUC of <Measured score={auc} /> on these images; the
      model is above that by <Measured score={more} />.
    </Text>
  );
}

/** The same for lesions: how far darkness or brightness of a pixel alone would get. */
function PlainBrightness({ plain, nameOf }: Pick<FoldScores, "plain"> & { nameOf: (key: string) => string }) {
  return (
    <Text size="sm">
      How dark or bright each pixel is beside its surroundings alone reaches an AUPR of{" "}
      {plain.map(({ key, aupr, more }, index) => (
        <span key={key}>
          {index > 0 && "; "}
          <Measured score={aupr} /> for {nameOf(key).toLowerCase()} (the model is above that by{" "}
          <Measured score={more} />)
        </span>
      ))}
      .
    </Text>
  );
}

function FoldTable({ part }: { part: FoldScores }) {
  const { project } = useSessionUser();
  const nameOf = (key: string) =>
    part.kind === "scores"
      ? scoreTitle(key === "recall" ? "sensitivity" : key)
      : (project?.lesion_classes.find(({ code }) => code === key)?.name ?? scoreTitle(key));
  const counted = [
    part.images !== null && plural(part.images, "image"),
    part.positives !== null && `${part.positives} with ${part.of}`,
  ].filter(Boolean);
  return (
    <div data-fold={part.fold}>
      <Title order={3} size="h5">
        {scoreTitle(part.fold)}
        {part.of === "referable DR" && ": referable DR"}
        {counted.length > 0 && (
          <Text span size="sm" c="dimmed" fw={400}>
            {" "}
            · {counted.join(", ")}
          </Text>
        )}
      </Title>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{part.kind === "classes" ? "Class" : "Score"}</Table.Th>
              {part.columns.map((name) => (
                <Table.Th key={name} ta="right">
                  {scoreTitle(name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {part.rows.map(({ key, scores }) => (
              <Table.Tr key={key}>
                <Table.Td>{nameOf(key)}</Table.Td>
                {scores.map((score, index) => (
                  <Table.Td key={part.columns[index]} ta="right" style={{ whiteSpace: "nowrap" }}>
                    <Measured score={score} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {part.baseline && <Baseline {...part.baseline} />}
      {part.plain.length > 0 && <PlainBrightness plain={part.plain} nameOf={nameOf} />}
    </div>
  );
}

function FoldTables({ parts }: { parts: readonly FoldScores[] }) {
  return parts.map((part) => <FoldTable key={`${part.fold} ${part.of ?? ""}`} part={part} />);
}

/** What a model scored: the first fold (test images where there are any) at once, the others on demand. */
export function MetricTables({ metrics }: { metrics: Readonly<Record<string, unknown>> | null | undefined }) {
  const [open, { toggle }] = useDisclosure(false);
  const all = foldScores(metrics);
  const first = all.filter(({ fold }) => fold === all[0]?.fold);
  const others = all.filter(({ fold }) => fold !== all[0]?.fold);
  const folds = [...new Set(others.map(({ fold }) => scoreTitle(fold).toLowerCase()))];
  if (first.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No scores are known.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      <FoldTables parts={first} />
      <Text size="xs" c="dimmed">
        In brackets: 95 % interval over patients drawn anew with replacement.
      </Text>
      {others.length > 0 && (
        <>
          <Button variant="subtle" size="xs" w="fit-content" onClick={toggle} aria-expanded={open}>
            {open ? "Hide" : "Show"} {folds.join(" and ")}
          </Button>
          <Collapse expanded={open}>
            <Stack gap="sm">
              <FoldTables parts={others} />
            </Stack>
          </Collapse>
        </>
      )}
    </Stack>
  );
}
