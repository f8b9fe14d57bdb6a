import { Button, Group, Modal, Table, Text, VisuallyHidden } from "@mantine/core";
import { Fragment, useState, type KeyboardEvent } from "react";
import { Key } from "@/components/parts";
import { usePreference } from "@/preferences/usePreferences";
import {
  ACTIONS,
  conflictOf,
  GROUPS,
  keyName,
  keyOf,
  keysOf,
  parseKeyChanges,
  withKey,
  type Action,
  type KeyChanges,
} from "./shortcuts";

interface Taking {
  readonly action: Action;
  /** The key that was pressed but belongs to something else. */
  readonly key: string | null;
  readonly conflict: Action | "class" | null;
}

/** All keys by what they are for; each can be changed by pressing another one. */
export function KeysModal(props: { opened: boolean; onClose: () => void }) {
  const [changes, setChanges] = usePreference<KeyChanges>("keys", parseKeyChanges);
  const [taking, setTaking] = useState<Taking | null>(null);

  const take = (action: Action, key: string) => {
    setChanges(withKey(changes, action.id, key));
    setTaking(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!taking || taking.key !== null) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    if (key === null) return;
    const conflict = conflictOf(key, taking.action.id, changes);
    if (conflict) setTaking({ ...taking, key, conflict });
    else take(taking.action, key);
  };

  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      closeOnEscape={taking === null}
      title="Keys"
      size="lg"
      onKeyDownCapture={onKeyDown}
    >
      <Text size="sm" c="dimmed" mb="sm">
        1 – 9 choose the class of the selection and of new shapes. Click a key to change it. Shift-click
        selects several shapes, Shift and drag all in a box.
      </Text>
      <Table verticalSpacing={3} withRowBorders={false}>
        <Table.Tbody>
          {GROUPS.map((group) => (
            <Fragment key={group}>
              <Table.Tr>
                <Table.Th colSpan={2} pt="md">
                  {group}
                </Table.Th>
              </Table.Tr>
              {ACTIONS.filter((action) => action.group === group).map((action) => (
                <Table.Tr key={action.id}>
                  <Table.Td w={220}>
                    {taking?.action.id === action.id ? (
                      <TakingKey taking={taking} onTake={take} onStop={() => setTaking(null)} />
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="gray"
                        onClick={() => setTaking({ action, key: null, conflict: null })}
                      >
                        <Group gap={4}>
                          {keysOf(action, changes).map((key) => (
                            <Key key={key}>{keyName(key)}</Key>
                          ))}
                        </Group>
                        {keysOf(action, changes).length === 0 && "no key"}
                        <VisuallyHidden> Change the key of: {action.what}</VisuallyHidden>
                      </Button>
                    )}
                  </Table.Td>
                  <Table.Td>{action.what}</Table.Td>
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      {Object.keys(changes).length > 0 && (
        <Button mt="md" size="xs" variant="default" onClick={() => setChanges(null)}>
          Back to the first keys
        </Button>
      )}
    </Modal>
  );
}

function TakingKey(props: {
  taking: Taking;
  onTake: (action: Action, key: string) => void;
  onStop: () => void;
}) {
  const { action, key, conflict } = props.taking;
  if (key === null || conflict === null) {
    return (
      <Button size="compact-sm" variant="light" autoFocus onClick={props.onStop}>
        Press the new key …
      </Button>
    );
  }
  return (
    <>
      <Text size="xs" role="alert">
        {conflict === "class"
          ? `${keyName(key)} chooses a class.`
          : `${keyName(key)} means “${conflict.what}”.`}
      </Text>
      <Group gap="xs">
        {conflict !== "class" && (
          <Button size="compact-xs" onClick={() => props.onTake(action, key)}>
            Take it over
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={props.onStop}>
          Leave it
        </Button>
      </Group>
    </>
  );
}
