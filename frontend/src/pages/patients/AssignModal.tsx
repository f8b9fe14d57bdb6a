import { Button, Group, Modal, MultiSelect, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useAssign } from "@/api/mutations";
import { useUsers } from "@/api/queries";
import { ErrorNotice, QueryView } from "@/components/states";
import { humanize, plural } from "@/lib/format";

export function AssignModal(props: { patients: number[]; onClose: () => void; onDone: () => void }) {
  const users = useUsers();
  const assign = useAssign();
  const [chosen, setChosen] = useState<string[]>([]);
  const submit = () =>
    assign.mutate(
      { users: chosen.map(Number), patients: props.patients },
      {
        onSuccess: () => {
          notifications.show({
            color: "teal",
            message: `${plural(props.patients.length, "patient")} assigned.`,
          });
          props.onDone();
        },
      },
    );
  return (
    <Modal opened onClose={props.onClose} title={`Assign ${plural(props.patients.length, "patient")}`}>
      <Stack>
        <Text size="sm" c="dimmed">
          Each chosen person gets every image of these patients on their worklist.
        </Text>
        <QueryView query={users}>
          {({ results }) => (
            <MultiSelect
              label="People who label"
              searchable
              data={results
                .filter(({ roles }) => roles.includes("specialist"))
                .map((user) => ({
                  value: String(user.id),
                  label: `${user.full_name || user.username} (${user.roles.map(humanize).join(", ")})`,
                }))}
              value={chosen}
              onChange={setChosen}
              nothingFoundMessage="No specialist found"
            />
          )}
        </QueryView>
        {assign.isError && <ErrorNotice error={assign.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button onClick={submit} loading={assign.isPending} disabled={chosen.length === 0}>
            Assign
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
