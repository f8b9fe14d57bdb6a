import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconCloudUp } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { Waiting } from "@/labelling/outbox";
import { plural } from "@/lib/format";
import { useOutbox } from "./outbox";

/** "3 changes of 1 image wait on this computer": what could not be sent yet, and what stands in its way. */
export function WaitingNote() {
  const { outbox, waiting } = useOutbox();
  const [opened, setOpened] = useState(false);
  if (!outbox || waiting.length === 0) return null;
  const changes = waiting.reduce((sum, { count }) => sum + count, 0);
  const images = new Set(waiting.map(({ image }) => image)).size;
  return (
    <>
      <Button
        variant="light"
        color="orange"
        size="compact-sm"
        h="auto"
        py={6}
        leftSection={<IconCloudUp size={16} />}
        styles={{ label: { whiteSpace: "normal", textAlign: "start" } }}
        onClick={() => setOpened(true)}
        data-waiting={changes}
      >
        {plural(changes, "change")} of {plural(images, "image")} {changes === 1 ? "waits" : "wait"} on this
        computer
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Not on the server yet" size="lg">
        <Stack>
          <Text size="sm">
            These changes are kept on this computer and are sent as soon as the server takes them.
          </Text>
          {waiting.map((one) => (
            <WaitingRow key={one.id} waiting={one} onDiscard={() => void outbox.discard(one.id)} />
          ))}
          <Group justify="flex-end">
            <Button onClick={() => void outbox.retry()}>Send now</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function WaitingRow({ waiting, onDiscard }: { waiting: Waiting; onDiscard: () => void }) {
  const [asked, setAsked] = useState(false);
  const { image, count, problem } = waiting;
  const why = problem?.code === "stale_revision" ? "Both sides changed the same: open it and choose." : null;
  return (
    <div className="card">
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Text fw={600}>{plural(count, "change")}</Text>
          <Text size="sm" c={problem ? "orange" : "dimmed"}>
            {why ?? problem?.message ?? "Waiting for the server."}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" component={Link} to={`/images/${image}`}>
            Open the image
          </Button>
          {problem && (
            <Button
              size="xs"
              color="red"
              variant={asked ? "filled" : "subtle"}
              onClick={asked ? onDiscard : () => setAsked(true)}
            >
              {asked ? `Really drop ${plural(count, "change")}` : "Drop"}
            </Button>
          )}
        </Group>
      </Group>
    </div>
  );
}
