import { Table, Text } from "@mantine/core";
import { settingLines } from "./settings";

/** Settings with what each is, where it comes from and why. */
export function SettingsTable({ settings }: { settings: Readonly<Record<string, unknown>> }) {
  const lines = settingLines(settings);
  const sourced = lines.some(({ source }) => source !== "");
  return (
    <Table.ScrollContainer minWidth={sourced ? 480 : 260}>
      <Table verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Setting</Table.Th>
            <Table.Th>Value</Table.Th>
            {sourced && <Table.Th>From</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map(({ name, title, value, source, why }) => (
            <Table.Tr key={name} data-setting={name}>
              <Table.Td>{title}</Table.Td>
              <Table.Td>{value}</Table.Td>
              {sourced && (
                <Table.Td>
                  {source === "study" ? "the study" : source}
                  {why && (
                    <Text span size="xs" c="dimmed">
                      {" "}
                      · {why}
                    </Text>
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
