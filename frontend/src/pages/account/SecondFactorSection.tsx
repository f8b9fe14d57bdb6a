import { Button, Group, Modal, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useSession } from "@/api/queries";
import {
  useRemoveSecondFactor,
  useRenewRecoveryCodes,
  useSecondFactor,
  useSecondFactorChanged,
  type SecondFactor,
} from "@/api/secondFactor";
import type { User } from "@/api/types";
import { CodeInput } from "@/app/SignInForm";
import { ErrorNotice, QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { RecoveryCodes } from "./RecoveryCodes";
import { SecondFactorSetup } from "./SecondFactorSetup";

const FEW_CODES = 3;

/** The second factor on the account page: off, being set up, or on. */
export function SecondFactorSection({ user }: { user: User }) {
  const session = useSession().data;
  const factor = useSecondFactor();
  const changed = useSecondFactorChanged();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const kept = () => {
    setCodes(null);
    changed.mutate(undefined);
  };
  return (
    <section className="card">
      <Stack>
        <div>
          <Title order={2}>Second factor</Title>
          <Text size="sm" c="dimmed">
            With it, signing in also takes a code from an app on your telephone. Personal tokens work without
            one.
          </Text>
        </div>
        {codes ? (
          <RecoveryCodes codes={codes} onKept={kept} />
        ) : (
          <QueryView query={factor}>
            {(state) =>
              state.on ? (
                <On state={state} asksPassword={user.confirm_by === "password"} onCodes={setCodes} />
              ) : (
                session && <SecondFactorSetup user={user} session={session} onCodes={setCodes} />
              )
            }
          </QueryView>
        )}
      </Stack>
    </section>
  );
}

type OnCodes = (codes: readonly string[]) => void;

function On({
  state,
  asksPassword,
  onCodes,
}: {
  state: SecondFactor;
  asksPassword: boolean;
  onCodes: OnCodes;
}) {
  const [asked, setAsked] = useState<"renew" | "remove" | null>(null);
  const close = () => setAsked(null);
  const left = state.recovery_codes_left;
  return (
    <Stack gap="sm">
      <Text size="sm">
        On since {formatWhen(state.since ?? "")}
        {state.last_used_at && `, last used ${formatWhen(state.last_used_at)}`}.{" "}
        <Text span size="sm" c={left <= FEW_CODES ? "orange" : undefined}>
          {left} recovery {left === 1 ? "code" : "codes"} left.
        </Text>
        {state.needed && " Your role needs it on this site."}
      </Text>
      <Group gap="sm">
        <Button size="xs" variant="default" onClick={() => setAsked("renew")}>
          New recovery codes
        </Button>
        <Button size="xs" variant="subtle" color="red" onClick={() => setAsked("remove")}>
          Remove
        </Button>
      </Group>
      {asked === "renew" && <Renew onCodes={onCodes} onClose={close} />}
      {asked === "remove" && <Remove asksPassword={asksPassword} needed={state.needed} onClose={close} />}
    </Stack>
  );
}

function Renew({ onCodes, onClose }: { onCodes: OnCodes; onClose: () => void }) {
  const renew = useRenewRecoveryCodes();
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    renew.mutate({ code }, { onSuccess: (made) => onCodes(made.recovery_codes) });
  };
  return (
    <Modal opened onClose={onClose} title="New recovery codes" centered>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">You get ten new ones. Those that you have now stop working.</Text>
          {renew.isError && <ErrorNotice error={renew.error} />}
          <CodeInput value={code} onChange={setCode} autoFocus />
          <Button type="submit" loading={renew.isPending}>
            Make new codes
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function Remove(props: { asksPassword: boolean; needed: boolean; onClose: () => void }) {
  const remove = useRemoveSecondFactor();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate({ code, password }, { onSuccess: props.onClose });
  };
  return (
    <Modal opened onClose={props.onClose} title="Remove the second factor" centered>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            {props.needed
              ? "Your role needs one: you will set up another before you go on."
              : "Then signing in takes no code any more."}
          </Text>
          {remove.isError && <ErrorNotice error={remove.error} />}
          {props.asksPassword && (
            <PasswordInput
              label="Your password"
              name="removal-password"
              autoComplete="current-password"
              data-autofocus
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <CodeInput
            value={code}
            onChange={setCode}
            description="Or one of your recovery codes"
            autoFocus={!props.asksPassword}
          />
          <Button type="submit" color="red" loading={remove.isPending}>
            Remove
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
