import { Button, Code, CopyButton, Group, List, PasswordInput, Stack, Text } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useBeginEnrolment, useEnrol, type Enrolment } from "@/api/secondFactor";
import type { User } from "@/api/types";
import { CodeInput, ProviderButton } from "@/app/SignInForm";
import { ErrorNotice } from "@/components/states";
import type { Session } from "@/offline/lastSession";

/** Sets up an authenticator app: scan, then type the first code. Whoever shows this shows the recovery codes. */
export function SecondFactorSetup(props: {
  user: User;
  session: Session;
  onCodes: (codes: readonly string[]) => void;
}) {
  const { user, session, onCodes } = props;
  const begin = useBeginEnrolment();
  const enrol = useEnrol();
  if (user.confirm_by === "provider" && !session.confirmed) {
    return (
      <Stack gap="sm" align="flex-start">
        <Text size="sm">First sign in once more, so that it is surely you who sets it up.</Text>
        <ProviderButton name={session.provider ?? ""} purpose="confirm" next="/account" />
      </Stack>
    );
  }
  if (begin.data) {
    return (
      <Scan
        enrolment={begin.data}
        asksPassword={user.confirm_by === "password"}
        error={enrol.error}
        busy={enrol.isPending}
        onSubmit={(body) => enrol.mutate(body, { onSuccess: (made) => onCodes(made.recovery_codes) })}
      />
    );
  }
  return (
    <Stack gap="sm" align="flex-start">
      {begin.isError && <ErrorNotice error={begin.error} />}
      <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
        Set up a second factor
      </Button>
    </Stack>
  );
}

function Scan(props: {
  enrolment: Enrolment;
  asksPassword: boolean;
  error: unknown;
  busy: boolean;
  onSubmit: (body: { code: string; password: string }) => void;
}) {
  const { enrolment } = props;
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSubmit({ code, password });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-start" gap="lg" wrap="nowrap">
        <img
          className="qr-code"
          src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qr_svg)}`}
          alt="QR code for the authenticator app"
        />
        <Stack gap="sm" maw={380}>
          <List type="ordered" size="sm" spacing={4}>
            <List.Item>Open an authenticator app on your telephone.</List.Item>
            <List.Item>Let it scan this code.</List.Item>
            <List.Item>Type the six digits that it shows.</List.Item>
          </List>
          <Text size="xs" c="dimmed" component="div">
            No camera? Type this key into the app:
            <Group gap="xs" mt={4}>
              <Code data-secret={enrolment.secret}>{inFours(enrolment.secret)}</Code>
              <CopyButton value={enrolment.secret}>
                {({ copied, copy }) => (
                  <Button size="compact-xs" variant="default" onClick={copy}>
                    {copied ? "Copied" : "Copy"}
                  </Button>
                )}
              </CopyButton>
            </Group>
          </Text>
          {props.error != null && <ErrorNotice error={props.error} />}
          <CodeInput value={code} onChange={setCode} />
          {props.asksPassword && (
            <PasswordInput
              label="Your password"
              name="second-factor-password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <Group>
            <Button type="submit" loading={props.busy}>
              Turn it on
            </Button>
          </Group>
        </Stack>
      </Group>
    </form>
  );
}

/** ABCDEFGH as ABCD EFGH: easier to type over. */
const inFours = (text: string) => text.replace(/(.{4})(?=.)/g, "$1 ");
