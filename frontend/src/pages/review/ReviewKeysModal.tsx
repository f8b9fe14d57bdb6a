import { Group, Modal, Table, Text } from "@mantine/core";
import { Key } from "@/components/parts";
import { keyName } from "../viewer/shortcuts";
import { REVIEW_KEYS } from "./keys";
import { BEGIN_KEYS, DRAFT_KEYS, VERDICT_KEYS } from "./panel/words";

export function ReviewKeysModal({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="md">
      <Text size="sm" c="dimmed" mb="sm">
        1 – 9 switch a lesion class off and on.
      </Text>
      <Table verticalSpacing={3} withRowBorders={false}>
        <Table.Tbody>
          {[...BEGIN_KEYS, ...VERDICT_KEYS, ...DRAFT_KEYS, ...REVIEW_KEYS].map(({ id, what, keys }) => (
            <Table.Tr key={id}>
              <Table.Td w={110}>
                <Group gap={4}>
                  {keys.map((key) => (
                    <Key key={key}>{keyName(key)}</Key>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
