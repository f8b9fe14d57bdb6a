import { Button, Divider, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useChangePerson, type Person } from "@/api/people";
import { ErrorNotice } from "@/components/states";
import { ProjectsChoice, RolesChoice } from "./Choices";
import { InvitationPart, StandingPart } from "./PersonParts";
import { nameOf } from "./PeopleTable";
import { SignInHelp } from "./SignInHelp";

/** Everything an administrator does with one person. */
export function PersonModal({ person, onClose }: { person: Person; onClose: () => void }) {
  const change = useChangePerson(person.id);
  const [roles, setRoles] = useState([...person.roles]);
  const [projects, setProjects] = useState(person.projects.map(({ id }) => id));
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={nameOf(person)} size="lg">
      <Stack>
        <RolesChoice roles={roles} onChange={setRoles} />
        <ProjectsChoice projects={projects} onChange={setProjects} />
        <TextInput
          label="Reason"
          description="Kept in the audit log with whatever you do here."
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {change.isError && <ErrorNotice error={change.error} />}
        <Group justify="flex-end">
          <Button
            loading={change.isPending}
            disabled={roles.length === 0}
            onClick={() => change.mutate({ roles, projects, reason }, { onSuccess: onClose })}
          >
            Save roles and projects
          </Button>
        </Group>
        <Divider />
        {person.invitation ? (
          <InvitationPart person={person} onDone={onClose} />
        ) : (
          <>
            <SignInHelp person={person.id} />
            <StandingPart person={person} reason={reason} onDone={onClose} />
          </>
        )}
        {!person.invitation && (
          <Text size="xs" c="dimmed">
            What a person labelled, judged or signed stays under their name, whatever becomes of the account.
          </Text>
        )}
      </Stack>
    </Modal>
  );
}
