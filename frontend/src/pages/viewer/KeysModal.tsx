import { Modal, Table } from "@mantine/core";
import { Key } from "@/components/parts";
import { KEY_HELP } from "./shortcuts";

export function KeysModal(props: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Keys">
      <Table verticalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {KEY_HELP.map(([key, what]) => (
            <Table.Tr key={key}>
              <Table.Td w={140}>
                <Key>{key}</Key>
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
