import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useInvite, type Role } from "@/api/people";
import { useSessionUser } from "@/app/session";
import { ErrorNotice } from "@/components/states";
import { ProjectsChoice, RolesChoice } from "./Choices";
import { InvitedNotice } from "./InvitedNotice";

export function InviteModal({ onClose }: { onClose: () => void }) {
  const { project } = useSessionUser();
  const invite = useInvite();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<Role[]>(["specialist"]);
  const [projects, setProjects] = useState<number[]>(project ? [project.id] : []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), full_name: name.trim(), roles, projects });
  };
  return (
    <Modal opened onClose={onClose} title="Invite somebody" size="lg">
      {invite.data ? (
        <Stack>
          <InvitedNotice invited={invite.data} />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              label="E-mail"
              description="Leave it empty to hand the link over yourself."
              type="email"
              data-autofocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <TextInput
              label="Name"
              description="They can still change it when they come."
              maxLength={150}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <RolesChoice roles={roles} onChange={setRoles} />
            <ProjectsChoice projects={projects} onChange={setProjects} />
            {invite.isError && <ErrorNotice error={invite.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                loading={invite.isPending}
                disabled={roles.length === 0 || (email.trim() === "" && name.trim() === "")}
              >
                Invite
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
