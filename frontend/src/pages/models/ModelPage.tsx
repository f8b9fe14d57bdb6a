import {
  Button,
  Code,
  Collapse,
  Group,
  Modal,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  Title,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconTrophy } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { usePromote } from "@/api/mutations";
import { useModel } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { StateBadge } from "@/components/badges";
import { KeyValues } from "@/components/parts";
import { ErrorNotice, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { formatWhen, humanize, shortId } from "@/lib/format";
import { taskTitle } from "../training/tasks";

function Promote({ id }: { id: string }) {
  const [open, modal] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const promote = usePromote();
  const submit = () =>
    promote.mutate(
      { id, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ color: "teal", message: "This model is the champion now." });
          modal.close();
        },
      },
    );
  return (
    <>
      <Button leftSection={<IconTrophy size={16} />} onClick={modal.open}>
        Promote
      </Button>
      <Modal opened={open} onClose={modal.close} title="Make this model the champion">
        <Stack>
          <Text size="sm" c="dimmed">
            New predictions will use it; older ones keep the model that made them. Promoting takes a person
            other than the one who trained it, and is written to the audit log with your reason.
          </Text>
          <Textarea
            label="Why"
            required
            autosize
            minRows={3}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {promote.isError && <ErrorNotice error={promote.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={modal.close}>
              Cancel
            </Button>
            <Button onClick={submit} loading={promote.isPending} disabled={reason.trim() === ""}>
              Promote
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const FIRST_SECTIONS = ["metrics", "thresholds", "input", "output"];

/** The model card in sections: objects get a heading of their own, plain values go together. */
function Card({ card }: { card: Readonly<Record<string, unknown>> }) {
  const [raw, { toggle }] = useDisclosure(false);
  const plain = Object.fromEntries(
    Object.entries(card).filter(([name, part]) => !isRecord(part) && name !== "history"), // the run shows its curve
  );
  const sections = Object.entries(card)
    .filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))
    .sort(([a], [b]) => rank(a) - rank(b));
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {sections.map(([name, value]) => (
          <section className="card" key={name}>
            <Title order={2} mb="xs">
              {humanize(name)}
            </Title>
            <KeyValues value={value} />
          </section>
        ))}
      </SimpleGrid>
      <section className="card">
        <Title order={2} mb="xs">
          Model card
        </Title>
        <KeyValues value={plain} />
      </section>
      <div>
        <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={raw}>
          {raw ? "Hide" : "Show"} card.json
        </Button>
        <Collapse expanded={raw}>
          <Code block>{JSON.stringify(card, null, 2)}</Code>
        </Collapse>
      </div>
    </Stack>
  );
}

const rank = (name: string) => {
  const index = FIRST_SECTIONS.indexOf(name);
  return index === -1 ? FIRST_SECTIONS.length : index;
};

export function ModelPage() {
  const id = useParams()["id"] ?? "";
  const { can } = useSessionUser();
  const model = useModel(id);
  return (
    <div className="page">
      <QueryView query={model} loading={<LoadingRows rows={6} height={60} />}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/models">Models</Link>}
              title={
                <Group gap="sm">
                  {taskTitle(data.task)} {shortId(data.id)}
                  <StateBadge state={data.state} size="md" />
                </Group>
              }
              subtitle={`${data.preset || "registered from outside"} · ${data.trained_by ?? "command line"} · ${formatWhen(data.created_at)}`}
              actions={data.state !== "champion" && can("models.promote") && <Promote id={data.id} />}
            />
            <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              sha256 {data.id}
            </Text>
            <Card card={data.card as Record<string, unknown>} />
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </>
        )}
      </QueryView>
    </div>
  );
}
