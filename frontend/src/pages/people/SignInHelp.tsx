import { Button, Group, Stack, Text } from "@mantine/core";
import { useSignInFacts, useUnlock, useUntie } from "@/api/signInHelp";
import { ErrorNotice } from "@/components/states";

/** Help for who is locked out, or whom the OpenID provider knows under a new number; nothing for all others. */
export function SignInHelp({ person }: { person: number }) {
  const facts = useSignInFacts(person);
  const unlock = useUnlock(person);
  const untie = useUntie(person);
  const error = facts.error ?? unlock.error ?? untie.error;
  if (error) return <ErrorNotice error={error} />;
  if (!facts.data?.locked && !facts.data?.at_provider) return null;
  return (
    <Stack gap="sm">
      {facts.data.locked && (
        <Group gap="sm">
          <Text size="sm" flex={1}>
            Locked out for some minutes: too many wrong passwords or codes.
          </Text>
          <Button variant="default" loading={unlock.isPending} onClick={() => unlock.mutate(undefined)}>
            Let them try again now
          </Button>
        </Group>
      )}
      {facts.data.at_provider && (
        <Group gap="sm">
          <Text size="sm" flex={1}>
            Tied to one account at the OpenID provider. Untied, the next sign-in there finds this person by
            their e-mail address.
          </Text>
          <Button variant="default" loading={untie.isPending} onClick={() => untie.mutate(undefined)}>
            Untie
          </Button>
        </Group>
      )}
    </Stack>
  );
}
