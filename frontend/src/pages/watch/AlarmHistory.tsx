import { Table, Text, Title } from "@mantine/core";
import type { ModelAlarm } from "@/api/watch";
import { formatWhen } from "@/lib/format";
import { alarmSentence } from "./words";

/** Every alarm there ever was about a model. */
export function AlarmHistory({ alarms }: { alarms: readonly ModelAlarm[] }) {
  if (alarms.length === 0) return null;
  return (
    <section className="card" data-flush="true">
      <Title order={2} size="h4" p="sm">
        Alarms so far
      </Title>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label="Alarms so far">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Raised</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th>Acknowledged</Table.Th>
              <Table.Th>Ended</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {alarms.map((alarm) => (
              <Table.Tr key={alarm.id}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>{formatWhen(alarm.raised_at)}</Table.Td>
                <Table.Td>{alarmSentence(alarm)}</Table.Td>
                <Table.Td>
                  {alarm.acknowledged_at ? `${alarm.acknowledged_by ?? "–"}: ${alarm.reason}` : "–"}
                </Table.Td>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  {alarm.ended_at ? formatWhen(alarm.ended_at) : <Text size="sm">not yet</Text>}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
