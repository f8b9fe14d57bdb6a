import { Button, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useSignInAgain } from "@/api/mutations";
import type { User } from "@/api/types";
import { ErrorNotice } from "@/components/states";

/**
 * Over the page when the session has ended: the same person signs in and goes on where they were.
 * `other` signed in with this browser meanwhile, in another tab.
 */
export function SignInAgain({ user, other }: { user: User; other: User | null }) {
  const signIn = useSignInAgain(user.id);
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username: user.username, password });
  };
  const name = (person: User) => person.full_name || person.username;
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Sign in again"
      centered
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            {other
              ? `${name(other)} signed in with this browser. What ${name(user)} did here is kept.`
              : "Your session has ended. Everything here is kept, and goes on once you are signed in."}
          </Text>
          {signIn.isError && <ErrorNotice error={signIn.error} />}
          <TextInput label="User name" value={user.username} readOnly autoComplete="username" />
          <PasswordInput
            label="Password"
            name="password-again"
            autoComplete="current-password"
            data-autofocus
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={signIn.isPending}>
            Go on
          </Button>
          <Button variant="subtle" color="gray" onClick={() => window.location.assign("/")}>
            {other ? `Leave this page and go on as ${name(other)}` : "I am somebody else"}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
