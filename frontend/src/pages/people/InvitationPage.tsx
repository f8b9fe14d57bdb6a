import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Link, useLocation } from "react-router";
import { useAcceptInvitation, useOpenInvitation } from "@/api/people";
import { useSession } from "@/api/queries";
import { Logo } from "@/app/Shell";
import { ErrorNotice, QueryView } from "@/components/states";
import { humanize } from "@/lib/format";

/** Where an invitation's link leads: the invited person chooses a name and a password. */
export function InvitationPage() {
  useSession(); // sets the cookie that sending the form needs
  const key = useLocation().hash.slice(1);
  const invitation = useOpenInvitation(key);
  const accept = useAcceptInvitation();
  return (
    <main className="sign-in">
      <Paper p="xl" radius="md" withBorder w={420} maw="100%">
        <Stack>
          <Logo />
          {accept.data ? (
            <>
              <Title order={1}>Welcome</Title>
              <Text>
                You are <b>{accept.data.username}</b> here. Sign in with the password that you chose.
              </Text>
              <Button component={Link} to="/sign-in">
                Sign in
              </Button>
            </>
          ) : key === "" ? (
            <>
              <Title order={1}>Invitation</Title>
              <Text>This address is not whole: open the link once more as you got it.</Text>
            </>
          ) : (
            <QueryView query={invitation}>
              {({ full_name, roles }) => (
                <>
                  <Title order={1}>You are invited</Title>
                  <Text size="sm" c="dimmed">
                    As {roles.map(humanize).join(" and ").toLowerCase()}. Choose how you sign in from now on.
                  </Text>
                  <AnswerForm
                    name={full_name}
                    pending={accept.isPending}
                    error={accept.error}
                    onAnswer={(answer) => accept.mutate({ key, ...answer })}
                  />
                </>
              )}
            </QueryView>
          )}
          <Text className="disclaimer">For research and decision support, not a medical device.</Text>
        </Stack>
      </Paper>
    </main>
  );
}

interface Answer {
  readonly username: string;
  readonly full_name: string;
  readonly password: string;
}

function AnswerForm(props: {
  name: string;
  pending: boolean;
  error: unknown;
  onAnswer: (answer: Answer) => void;
}) {
  const [fullName, setFullName] = useState(props.name);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (password === again)
      props.onAnswer({ username: username.trim(), full_name: fullName.trim(), password });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {props.error !== null && <ErrorNotice error={props.error} />}
        <TextInput
          label="Your name"
          description="As it stands under what you label and sign"
          autoComplete="name"
          required
          maxLength={150}
          value={fullName}
          onChange={(event) => setFullName(event.currentTarget.value)}
        />
        <TextInput
          label="User name"
          description="Short, without blanks"
          autoComplete="username"
          required
          maxLength={150}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters; a sentence is easy to keep in mind"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <PasswordInput
          label="The password again"
          autoComplete="new-password"
          required
          error={differs ? "The two are not the same." : null}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Button type="submit" loading={props.pending} disabled={differs}>
          Begin
        </Button>
      </Stack>
    </form>
  );
}
