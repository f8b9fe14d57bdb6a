import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "react-router";
import { useSecondFactorChanged } from "@/api/secondFactor";
import { useSignOut } from "@/api/signIn";
import type { User } from "@/api/types";
import { RecoveryCodes } from "@/pages/account/RecoveryCodes";
import { SecondFactorSetup } from "@/pages/account/SecondFactorSetup";
import type { Session } from "@/offline/lastSession";
import { Logo } from "./Shell";

/** Instead of any other page, for who needs a second factor here and has none. */
export function SecondFactorFirst(props: {
  user: User;
  session: Session;
  /** Of the factor that was just set up, to be kept before anything else. */
  codes: readonly string[] | null;
  onCodes: (codes: readonly string[] | null) => void;
}) {
  const { user, codes, onCodes } = props;
  const changed = useSecondFactorChanged();
  const signOut = useSignOut(user.id);
  const navigate = useNavigate();
  return (
    <main className="sign-in">
      <Paper p="xl" radius="md" withBorder w={560} maw="100%">
        <Stack>
          <Logo />
          <Title order={1}>A second factor first</Title>
          <Text size="sm" c="dimmed">
            This site asks for a second factor from people with your role. Set it up now; it takes two minutes
            and a telephone.
          </Text>
          {codes ? (
            <RecoveryCodes
              codes={codes}
              onKept={() => changed.mutate(undefined, { onSuccess: () => onCodes(null) })}
            />
          ) : (
            <SecondFactorSetup user={user} session={props.session} onCodes={onCodes} />
          )}
          <Button
            variant="subtle"
            color="gray"
            onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate("/sign-in") })}
          >
            Sign out
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
