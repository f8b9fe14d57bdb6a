import { Badge, Button, Table, Text } from "@mantine/core";
import type { Person } from "@/api/people";
import { formatWhen, humanize } from "@/lib/format";

export const nameOf = (person: Person): string =>
  person.full_name || (person.invitation ? person.email || "Invited person" : person.username);

export function PeopleTable(props: { people: readonly Person[]; onChoose: (person: Person) => void }) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table highlightOnHover verticalSpacing="xs" aria-label="People">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Roles</Table.Th>
            <Table.Th>Projects</Table.Th>
            <Table.Th>Last sign-in</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.people.map((person) => (
            <Table.Tr key={person.id}>
              <Table.Td>
                <Text fw={600} size="sm">
                  {nameOf(person)}
                </Text>
                <Text size="xs" c="dimmed">
                  {[person.invitation ? "" : person.username, person.email].filter(Boolean).join(" · ")}
                </Text>
              </Table.Td>
              <Table.Td>{person.roles.map(humanize).join(", ")}</Table.Td>
              <Table.Td>{person.projects.map(({ name }) => name).join(", ") || "–"}</Table.Td>
              <Table.Td>{person.last_login ? formatWhen(person.last_login) : "never"}</Table.Td>
              <Table.Td>
                <StateOf person={person} />
              </Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Change ${nameOf(person)}`}
                  onClick={() => props.onChoose(person)}
                >
                  Change
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function StateOf({ person }: { person: Person }) {
  if (person.invitation) {
    const ended = new Date(person.invitation.expires_at) < new Date();
    return (
      <Badge variant="light" color={ended ? "orange" : "blue"}>
        {ended ? "invitation ended" : "invited"}
      </Badge>
    );
  }
  return (
    <Badge variant="light" color={person.is_active ? "teal" : "gray"}>
      {person.is_active ? "active" : "closed"}
    </Badge>
  );
}
