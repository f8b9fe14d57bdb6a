import { Anchor, Code, Group, Stack, Text, Title } from "@mantine/core";
import { IconSeedling } from "@tabler/icons-react";
import { plural } from "@/lib/format";
import { isRecord } from "./metrics";

interface Origin {
  readonly dataset: string;
  readonly licence: string;
}

const inWords = ({ dataset, licence }: Origin) => `Starter model, trained on ${dataset} (${licence})`;

/** Marks a model that came with Fovea, and what it was trained on. */
export function StarterMark({ starter }: { starter: Origin }) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" c="dimmed">
      <IconSeedling size={14} style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="xs">{inWords(starter)}</Text>
    </Group>
  );
}

/** The attribution with its address as a link. */
function Attribution({ text }: { text: string }) {
  const address = /https:\/\/\S+/.exec(text)?.[0];
  if (!address) return text;
  const [before, after] = text.split(address, 2);
  return (
    <>
      {before}
      <Anchor href={address} target="_blank" rel="noreferrer" inherit>
        {address}
      </Anchor>
      {after}
    </>
  );
}

/** Where a starter model is from, and the commands that make it again, from its card. */
export function StarterOrigin({ card }: { card: Readonly<Record<string, unknown>> }) {
  const starter = card["starter"];
  if (!isRecord(starter)) return null;
  const { part, images, attribution, commands } = starter;
  const origin = { dataset: String(starter["dataset"]), licence: String(starter["licence"]) };
  const lines = Array.isArray(commands) ? commands.map(String) : [];
  return (
    <section className="card" aria-label="Starter model">
      <Stack gap="xs">
        <Title order={2}>
          <Group gap="xs">
            <IconSeedling size={20} />
            {inWords(origin)}
          </Group>
        </Title>
        <Text size="sm">
          It came with Fovea, so that there is something to see at once. It learned from{" "}
          {typeof images === "number" && plural(images, "image")} of {origin.dataset} ({String(part)}) alone,
          starting from what its card names. Train a model on your own images and promote it in this one’s
          place.
        </Text>
        <Text size="xs" c="dimmed">
          <Attribution text={String(attribution)} />
        </Text>
        {lines.length > 0 && (
          <>
            <Text size="sm">These commands make such a model again from the unpacked data set:</Text>
            <Code block style={{ whiteSpace: "pre-wrap" }}>
              {lines.join("\n")}
            </Code>
          </>
        )}
      </Stack>
    </section>
  );
}
