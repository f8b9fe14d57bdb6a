import { Alert, Button, Code, Collapse, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconDownload,
  IconInfoCircle,
  IconTargetArrow,
  IconUser,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { KeyValues } from "@/components/parts";
import { useSessionUser } from "@/app/session";
import { formatDuration, formatMetric, humanize, plural, shortId } from "@/lib/format";
import { DatasetSummary } from "../training/DatasetSummary";
import { SettingsTable } from "../training/SettingsTable";
import { usePresetTitle } from "../training/usePresetTitle";
import { CardCurves } from "./CardCurves";
import { isRecord, scoreTitle } from "./metrics";
import { MetricTables } from "./MetricTables";
import { shortfall } from "./shortfall";

type Facts = Readonly<Record<string, unknown>>;

const foldWords = (folds: string) =>
  folds
    .split("+")
    .map((fold) => scoreTitle(fold).toLowerCase())
    .join(" and ");

function Shortfall({ text }: { text: string }) {
  if (!text) return null;
  return (
    <Text size="sm" fw={600} mt={4} data-shortfall>
      <IconAlertTriangle
        size={15}
        color="var(--mantine-color-orange-6)"
        aria-hidden
        style={{ verticalAlign: "-2px" }}
      />{" "}
      {text}
    </Text>
  );
}

/** From which value on the model calls a pixel a lesion or an image DR, and where that was chosen. */
function Thresholds({ thresholds, metrics }: { thresholds: Facts; metrics: Facts | null }) {
  const { project } = useSessionUser();
  const nameOf = (code: string) =>
    project?.lesion_classes.find((one) => one.code === code)?.name ?? scoreTitle(code);
  const rows = Object.entries(thresholds).filter((entry): entry is [string, Facts] => isRecord(entry[1]));
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th ta="right">Threshold</Table.Th>
            <Table.Th>Rule</Table.Th>
            <Table.Th>Chosen on</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([code, { value, rule, chosen_on, images, sensitivity, specificity }]) => (
            <Table.Tr key={code}>
              <Table.Td>{nameOf(code)}</Table.Td>
              <Table.Td ta="right">{formatMetric(value)}</Table.Td>
              <Table.Td>
                {typeof rule === "string" ? rule.charAt(0).toUpperCase() + rule.slice(1) : "–"}
                {typeof sensitivity === "number" && (
                  <Text size="xs" c="dimmed">
                    There: sensitivity {formatMetric(sensitivity)}, specificity {formatMetric(specificity)}
                  </Text>
                )}
                <Shortfall text={shortfall(code, rule, metrics)} />
              </Table.Td>
              <Table.Td>
                {typeof chosen_on === "string" ? foldWords(chosen_on) : "–"}
                {typeof images === "number" && ` (${images})`}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

const packagesOf = (packages: unknown): string =>
  isRecord(packages)
    ? Object.entries(packages)
        .map(([name, version]) => `${name} ${textOf(version)}`)
        .join(", ")
    : "";

function hardwareOf(hardware: unknown): string {
  if (!isRecord(hardware)) return "";
  const { machine, cores, threads, gpu } = hardware;
  const parts = [
    textOf(machine),
    typeof cores === "number" && plural(cores, "core"),
    textOf(gpu) || "no GPU",
  ];
  if (typeof threads === "number") parts.push(`${plural(threads, "thread")} used`);
  return parts.filter(Boolean).join(", ");
}

/** The segmenter whose findings this classifier reads, and what it knew of the images; nothing for others. */
function LesionFinder({ finder }: { finder: Facts }) {
  const id = textOf(finder["model"]);
  const taught = finder["taught_by"];
  const leftOut = Number(finder["test_images_left_out"] ?? 0);
  return (
    <Text size="sm">
      Reads the lesions that <Link to={`/models/${id}`}>{textOf(finder["title"]) || "its segmenter"}</Link>{" "}
      finds, and works with that one only.{" "}
      {isRecord(taught)
        ? `That one had learned from ${plural(Number(taught["train"]), "training image")} of these data${leftOut > 0 ? `; ${plural(leftOut, "test image")} that it knew ${leftOut === 1 ? "is" : "are"} not in the scores` : ""}.`
        : "It is not known which images that one learned from."}
    </Text>
  );
}

/** Training in words: preset, start, seed, how long, with what, on which dataset and labels. */
function Origin({ card }: { card: Facts }) {
  const presetTitle = usePresetTitle();
  const provenance = isRecord(card["provenance"]) ? card["provenance"] : {};
  const dataset = provenance["dataset"];
  const facts = {
    preset: presetTitle(textOf(card["preset"])),
    started_from: card["initialisation"],
    seed: card["seed"],
    trained: textOf(card["trained_at"]).replace("T", " ").replace("+00:00", " UTC"),
    took: typeof card["training_seconds"] === "number" ? formatDuration(card["training_seconds"]) : null,
    code: textOf(provenance["code_commit"]).slice(0, 12),
    packages: packagesOf(card["packages"]),
    hardware: hardwareOf(card["hardware"]),
  };
  return (
    <Stack gap="sm">
      <KeyValues value={facts} />
      {isRecord(card["lesion_finder"]) && <LesionFinder finder={card["lesion_finder"]} />}
      {isRecord(dataset) && typeof dataset["number"] === "number" && (
        <DatasetSummary
          dataset={{
            number: dataset["number"],
            content_hash: textOf(dataset["content_hash"]),
            counts: isRecord(dataset["counts"]) ? dataset["counts"] : {},
          }}
          labels={textOf(provenance["labels_source"])}
        />
      )}
    </Stack>
  );
}

const TECHNICAL = ["input", "output", "calibration"];

/** The card and what one person alone did for the model, as a file. */
function download(card: Facts, id: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(card, null, 2)], { type: "application/json" }));
  link.download = `model-card-${shortId(id)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The model card: scores and limits first, then how it was made, the raw file last. */
export function ModelCard({ id, card }: { id: string; card: Facts }) {
  const [technical, { toggle: toggleTechnical }] = useDisclosure(false);
  const [raw, { toggle: toggleRaw }] = useDisclosure(false);
  const part = (name: string): Facts | null => {
    const value = card[name];
    return isRecord(value) && Object.keys(value).length > 0 ? value : null;
  };
  const limits = Array.isArray(card["limits"]) ? card["limits"].map(String) : [];
  const because = part("site")?.["because"];
  const alone = Array.isArray(because) ? because.map(String) : [];
  const metrics = part("metrics");
  const thresholds = part("thresholds");
  const settings = part("settings");
  return (
    <Stack>
      <section className="card">
        <Title order={2} mb="xs">
          Result
        </Title>
        <MetricTables metrics={metrics} />
      </section>
      {metrics && <CardCurves metrics={metrics} />}
      {typeof card["intended_use"] === "string" && (
        <Alert icon={<IconTargetArrow size={18} />} color="blue" variant="light" title="Intended use">
          {card["intended_use"]}
        </Alert>
      )}
      {limits.length > 0 && (
        <Alert
          icon={<IconInfoCircle size={18} />}
          color="orange"
          variant="light"
          title="Limits of this model"
        >
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </Alert>
      )}
      {alone.length > 0 && (
        <Alert icon={<IconUser size={18} />} color="orange" variant="light" title="One-person operation">
          {alone.join(" ")}
        </Alert>
      )}
      {thresholds && (
        <section className="card">
          <Title order={2} mb="xs">
            Thresholds
          </Title>
          <Thresholds thresholds={thresholds} metrics={metrics} />
        </section>
      )}
      <section className="card">
        <Title order={2} mb="xs">
          How it was trained
        </Title>
        <Origin card={card} />
      </section>
      {settings && (
        <section className="card">
          <Title order={2} mb="xs">
            Settings
          </Title>
          <SettingsTable settings={settings} />
        </section>
      )}
      <div>
        <Button variant="subtle" size="xs" onClick={toggleTechnical} aria-expanded={technical}>
          {technical ? "Hide" : "Show"} technical details
        </Button>
        <Button variant="subtle" size="xs" onClick={toggleRaw} aria-expanded={raw}>
          {raw ? "Hide" : "Show"} card.json
        </Button>
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconDownload size={14} />}
          onClick={() => download(card, id)}
        >
          Download card (JSON)
        </Button>
        <Collapse expanded={technical}>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {TECHNICAL.map((name) => {
              const value = part(name);
              return (
                value && (
                  <section className="card" key={name}>
                    <Title order={2} mb="xs">
                      {humanize(name)}
                    </Title>
                    <KeyValues value={value} />
                  </section>
                )
              );
            })}
          </SimpleGrid>
        </Collapse>
        <Collapse expanded={raw}>
          <Code block>{JSON.stringify(card, null, 2)}</Code>
        </Collapse>
      </div>
    </Stack>
  );
}
