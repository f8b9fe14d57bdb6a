import { ActionIcon, Code, Stack, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { AuditEvent } from "@/api/audit";
import { KeyValues } from "@/components/parts";
import { formatWhen } from "@/lib/format";
import { actionInWords, objectInWords } from "./words";

/** Events, each with what was before and after, once it is asked for. */
export function EventsTable({ events }: { events: readonly AuditEvent[] }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table highlightOnHover verticalSpacing={6} aria-label="Events">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={34} />
            <Table.Th w={70}>No.</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th>Who</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>About</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {events.map((event) => (
            <Fragment key={event.sequence}>
              <Row
                event={event}
                open={open === event.sequence}
                onToggle={() => setOpen(open === event.sequence ? null : event.sequence)}
              />
              {open === event.sequence && (
                <Table.Tr>
                  <Table.Td colSpan={7}>
                    <Details event={event} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ event, open, onToggle }: { event: AuditEvent; open: boolean; onToggle: () => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-expanded={open}
          aria-label={`Details of event ${event.sequence}`}
          onClick={onToggle}
        >
          {open ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        </ActionIcon>
      </Table.Td>
      <Table.Td>{event.sequence}</Table.Td>
      <Table.Td title={event.at} style={{ whiteSpace: "nowrap" }}>
        {formatWhen(event.at)}
      </Table.Td>
      <Table.Td>{event.actor_name || "system"}</Table.Td>
      <Table.Td title={event.action}>{actionInWords(event.action)}</Table.Td>
      <Table.Td>{aboutOf(event)}</Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={1}>
          {event.reason || "–"}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

function Details({ event }: { event: AuditEvent }) {
  return (
    <Stack gap="xs" px="md" pb="sm">
      {event.reason && <Text size="sm">Why: {event.reason}</Text>}
      <Side title="Before" value={event.before} />
      <Side title="After" value={event.after} />
      <Text size="xs" c="dimmed">
        Hash of the event: <Code>{event.hash}</Code>
      </Text>
    </Stack>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  const facts = typeof value === "object" && !Array.isArray(value) ? value : { value };
  return (
    <div>
      <Text size="xs" fw={600} c="dimmed">
        {title}
      </Text>
      <KeyValues value={facts as Record<string, unknown>} />
    </div>
  );
}

/** What an event is about; looks at patients name them all. */
function aboutOf(event: AuditEvent): string {
  const after = event.after as { patients?: Record<string, string> } | null;
  if (event.action === "patients.view" && after?.patients) {
    const names = Object.values(after.patients);
    const shown = names.slice(0, 3).join(", ");
    return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
  }
  if (!event.object_type) return "–";
  return `${objectInWords(event.object_type)} ${event.object_id.slice(0, 12)}`;
}
