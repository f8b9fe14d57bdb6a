import { Button, Group, Stack, Text } from "@mantine/core";
import {
  useCloseAccount,
  useInviteAgain,
  useOpenAccount,
  useResetSecondFactor,
  useWithdrawInvitation,
  type Person,
} from "@/api/people";
import { useSessionUser } from "@/app/session";
import { ErrorNotice } from "@/components/states";
import { formatDate, formatWhen } from "@/lib/format";
import { InvitedNotice } from "./InvitedNotice";

/** An invitation that nobody has answered yet. */
export function InvitationPart({ person, onDone }: { person: Person; onDone: () => void }) {
  const again = useInviteAgain();
  const withdraw = useWithdrawInvitation();
  const error = again.error ?? withdraw.error;
  return (
    <Stack gap="sm">
      {again.data ? (
        <InvitedNotice invited={again.data} />
      ) : (
        <Text size="sm">
          Invited {formatWhen(person.invitation?.created_at)}; the link works until{" "}
          {formatDate(person.invitation?.expires_at)}.
        </Text>
      )}
      {error && <ErrorNotice error={error} />}
      <Group gap="sm">
        <Button variant="default" loading={again.isPending} onClick={() => again.mutate(person.id)}>
          {person.email ? "Send it again" : "Make a new link"}
        </Button>
        <Button
          variant="subtle"
          color="red"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate(person.id, { onSuccess: onDone })}
        >
          Withdraw the invitation
        </Button>
      </Group>
    </Stack>
  );
}

/** Closing and opening the account, and help for who lost their second factor. */
export function StandingPart(props: { person: Person; reason: string; onDone: () => void }) {
  const { person, reason, onDone } = props;
  const { user } = useSessionUser();
  const close = useCloseAccount(person.id);
  const open = useOpenAccount(person.id);
  const reset = useResetSecondFactor(person.id);
  const error = close.error ?? open.error ?? reset.error;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {person.is_active
          ? "Closing the account ends its sessions and tokens at once and frees the patients and images that wait for this person."
          : "This account is closed. Opened again, it has the same roles and projects; sessions and tokens stay ended."}
      </Text>
      {error && <ErrorNotice error={error} />}
      <Group gap="sm">
        {person.is_active ? (
          <Button
            variant="light"
            color="red"
            loading={close.isPending}
            onClick={() => close.mutate(reason, { onSuccess: onDone })}
          >
            Close the account
          </Button>
        ) : (
          <Button
            variant="default"
            loading={open.isPending}
            onClick={() => open.mutate(reason, { onSuccess: onDone })}
          >
            Open the account again
          </Button>
        )}
        {person.second_factor && person.id !== user.id && (
          <Button
            variant="default"
            loading={reset.isPending}
            disabled={reason.trim() === ""}
            title={reason.trim() === "" ? "Say why first" : undefined}
            onClick={() => reset.mutate(reason, { onSuccess: onDone })}
          >
            Reset the second factor
          </Button>
        )}
      </Group>
    </Stack>
  );
}
