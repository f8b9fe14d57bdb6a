import { Button, Code, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Navigate, useLocation } from "react-router";
import { useSignIn } from "@/api/mutations";
import { useSession } from "@/api/queries";
import { Logo } from "@/app/Shell";
import { ErrorNotice } from "@/components/states";

const DEMO_ACCOUNTS = [
  ["specialist", "labels the images assigned to them"],
  ["reviewer", "looks at overlays and decisions, judges labels"],
  ["admin", "imports, trains, manages"],
  ["admin2", "the second person that promoting a model takes"],
] as const;

export function SignInPage() {
  const session = useSession();
  const signIn = useSignIn();
  const location = useLocation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const from = (location.state as { from?: string } | null)?.from ?? "/";

  if (session.data?.user) return <Navigate to={from} replace />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };
  return (
    <main className="sign-in">
      <Paper p="xl" radius="md" withBorder w={400} maw="100%">
        <form onSubmit={submit}>
          <Stack>
            <Logo />
            <Title order={1}>Sign in</Title>
            <Text size="sm" c="dimmed">
              Labelling and review of fundus photographs for diabetic retinopathy.
            </Text>
            {signIn.isError && <ErrorNotice error={signIn.error} />}
            {session.isError && <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />}
            <TextInput
              label="User name"
              name="username"
              autoComplete="username"
              autoFocus
              required
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
            {session.data?.demo && (
              <Stack gap={4}>
                <Text size="sm" fw={600}>
                  Demo accounts
                </Text>
                {DEMO_ACCOUNTS.map(([name, what]) => (
                  <Text key={name} size="sm" c="dimmed">
                    <Code>{name}</Code> {what}
                  </Text>
                ))}
                <Text size="xs" c="dimmed">
                  The password was printed when the server started.
                </Text>
              </Stack>
            )}
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
