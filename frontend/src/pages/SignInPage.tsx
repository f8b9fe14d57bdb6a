import { Code, Paper, Stack, Text, Title } from "@mantine/core";
import { Navigate, useLocation, useSearchParams } from "react-router";
import { useSession } from "@/api/queries";
import { useSignIn } from "@/api/signIn";
import { Logo } from "@/app/Shell";
import { SignInForm } from "@/app/SignInForm";
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
  const [asked] = useSearchParams();
  const from = (location.state as { from?: string } | null)?.from ?? ownPage(asked.get("next"));

  if (session.data?.user) return <Navigate to={from} replace />;

  const code = session.data?.code_needed === true;
  return (
    <main className="sign-in">
      <Paper p="xl" radius="md" withBorder w={400} maw="100%">
        <Stack>
          <Logo />
          <Title order={1}>{code ? "Your code" : "Sign in"}</Title>
          <Text size="sm" c="dimmed">
            Labelling and review of fundus photographs for diabetic retinopathy.
          </Text>
          {session.isError && <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />}
          <SignInForm session={session.data} signIn={signIn} label="Sign in" next={from} />
          {session.data?.demo && !code && <DemoAccounts />}
          <Text className="disclaimer">For research and decision support, not a medical device.</Text>
        </Stack>
      </Paper>
    </main>
  );
}

function DemoAccounts() {
  return (
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
  );
}

/** Only pages of this site: anybody may write an address into a link. */
const ownPage = (next: string | null) => (next && /^\/(?![/\\])/.test(next) ? next : "/");
