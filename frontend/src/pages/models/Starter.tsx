import { Alert, Anchor, Badge, Code, Stack, Text, Tooltip } from "@mantine/core";
import { IconSeedling } from "@tabler/icons-react";
import type { ModelVersion } from "@/api/types";
import { plural } from "@/lib/format";
import { isRecord } from "./metrics";

type Origin = NonNullable<ModelVersion["starter"]>;

/** Marks a model that came with Fovea, and what it was trained on. */
export function StarterBadge({ starter }: { starter: Origin }) {
  return (
    <Tooltip label={starter.attribution} multiline maw={360} withArrow>
      <Badge
        color="lime"
        variant="light"
        size="sm"
        radius="sm"
        tt="none"
        miw="fit-content"
        leftSection={<IconSeedling size={12} />}
      >
        Starter model, trained on {starter.dataset} ({starter.licence})
      </Badge>
    </Tooltip>
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
  const { dataset, licence, part, images, attribution, commands } = starter;
  const lines = Array.isArray(commands) ? commands.map(String) : [];
  return (
    <Alert
      icon={<IconSeedling size={18} />}
      color="lime"
      variant="light"
      title={`Starter model, trained on ${String(dataset)} (${String(licence)})`}
    >
      <Stack gap="xs">
        <Text size="sm">
          It came with Fovea, so that there is something to see at once. It learned from{" "}
          {typeof images === "number" && plural(images, "image")} of {String(dataset)} ({String(part)}) and
          from nothing else. Train a model on your own images and promote it in this one’s place.
        </Text>
        <Text size="xs" c="dimmed">
          <Attribution text={String(attribution)} />
        </Text>
        {lines.length > 0 && (
          <>
            <Text size="sm">These commands make such a model again from the unpacked data set:</Text>
            <Code block>{lines.join("\n")}</Code>
          </>
        )}
      </Stack>
    </Alert>
  );
}
