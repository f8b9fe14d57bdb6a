import { Button, Group, MultiSelect, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useUsers } from "@/api/queries";
import { useAddMembers, useMembers, useRemoveMember } from "@/api/work";
import { EmptyState, ErrorNotice, QueryView } from "@/components/states";
import { humanize } from "@/lib/format";

/** Who works in the project. */
export function Members({ project }: { project: number }) {
  const members = useMembers(project, true);
  const users = useUsers();
  const add = useAddMembers(project);
  const remove = useRemoveMember(project);
  const [chosen, setChosen] = useState<string[]>([]);
  const inside = new Set(members.data?.results.map(({ id }) => id));
  const outside = (users.data?.results ?? []).filter(({ id, is_active }) => is_active && !inside.has(id));
  return (
    <section className="card" aria-label="People">
      <Stack>
        <div>
          <Title order={2} size="h4">
            People
          </Title>
          <Text size="sm" c="dimmed">
            Reviewers see all images of the project, specialists those that are assigned to them.
            Administrators see every project.
          </Text>
        </div>
        <Group align="flex-end">
          <MultiSelect
            label="Let people in"
            placeholder={chosen.length === 0 ? "Choose people" : ""}
            w={360}
            searchable
            data={outside.map((user) => ({
              value: String(user.id),
              label: `${user.full_name || user.username} (${user.roles.map(humanize).join(", ")})`,
            }))}
            value={chosen}
            onChange={setChosen}
            nothingFoundMessage="Everybody is in already"
          />
          <Button
            variant="default"
            disabled={chosen.length === 0}
            loading={add.isPending}
            onClick={() => add.mutate(chosen.map(Number), { onSuccess: () => setChosen([]) })}
          >
            Let in
          </Button>
        </Group>
        {add.isError && <ErrorNotice error={add.error} />}
        {remove.isError && <ErrorNotice error={remove.error} />}
        <QueryView query={members}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState title="Nobody is in this project yet" />
            ) : (
              <Table verticalSpacing={6} aria-label="Members">
                <Table.Tbody>
                  {results.map((user) => (
                    <Table.Tr key={user.id}>
                      <Table.Td>{user.full_name || user.username}</Table.Td>
                      <Table.Td>
                        <Text size="sm" c="dimmed">
                          {user.roles.map(humanize).join(", ")}
                        </Text>
                      </Table.Td>
                      <Table.Td ta="right">
                        <Button
                          size="compact-xs"
                          variant="subtle"
                          color="gray"
                          aria-label={`Take out ${user.full_name || user.username}`}
                          onClick={() => remove.mutate(user.id)}
                        >
                          Take out
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </QueryView>
      </Stack>
    </section>
  );
}
