import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useBeginAnew, useGoToProvider, type SignInStep } from "@/api/signIn";
import { ErrorNotice } from "@/components/states";
import type { Session } from "@/offline/lastSession";

interface Sending {
  readonly mutate: (step: SignInStep) => void;
  readonly reset: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

interface FormProps {
  readonly session: Session | undefined;
  readonly signIn: Sending;
  /** Who signs in again, over their page; any other name would be somebody else's work. */
  readonly username?: string;
  readonly label: string;
  /** Where on this site a person comes back to from the provider. */
  readonly next: string;
}

/** Name and password, the site's provider where there is one, and then the code of the second factor. */
export function SignInForm(props: FormProps) {
  const { session, signIn, label } = props;
  if (session?.code_needed) return <CodeStep signIn={signIn} label={label} />;
  return (
    <Stack>
      <PasswordStep signIn={signIn} label={label} username={props.username} />
      {session?.provider && <ProviderButton name={session.provider} purpose="sign_in" next={props.next} />}
    </Stack>
  );
}

function PasswordStep(props: { signIn: Sending; label: string; username: string | undefined }) {
  const { signIn, username } = props;
  const [name, setName] = useState(username ?? "");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username: name, password });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {signIn.error != null && <ErrorNotice error={signIn.error} />}
        <TextInput
          label="User name"
          name="username"
          autoComplete="username"
          autoFocus={username === undefined}
          readOnly={username !== undefined}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name={username === undefined ? "password" : "password-again"}
          autoComplete="current-password"
          data-autofocus
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={signIn.isPending}>
          {props.label}
        </Button>
      </Stack>
    </form>
  );
}

function CodeStep({ signIn, label }: { signIn: Sending; label: string }) {
  const anew = useBeginAnew();
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ code });
  };
  const beginAnew = () => {
    signIn.reset();
    anew.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {signIn.error != null && <ErrorNotice error={signIn.error} />}
        <CodeInput value={code} onChange={setCode} autoFocus />
        <Text size="xs" c="dimmed">
          Telephone not at hand? One of your recovery codes works instead. If those are lost too, ask an
          administrator.
        </Text>
        <Button type="submit" loading={signIn.isPending}>
          {label}
        </Button>
        <Anchor component="button" type="button" size="sm" ta="center" onClick={beginAnew}>
          Begin again with the password
        </Anchor>
      </Stack>
    </form>
  );
}

/** A field for a code of the authenticator app. */
export function CodeInput(props: {
  value: string;
  onChange: (code: string) => void;
  description?: string;
  autoFocus?: boolean;
}) {
  return (
    <TextInput
      label="Code of your authenticator app"
      description={props.description}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={32}
      required
      autoFocus={props.autoFocus}
      data-autofocus={props.autoFocus}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

/** Leads to the provider's own page and back. */
export function ProviderButton(props: { name: string; purpose: "sign_in" | "confirm"; next: string }) {
  const go = useGoToProvider();
  return (
    <Stack gap="xs">
      {go.isError && <ErrorNotice error={go.error} />}
      <Button
        variant="default"
        loading={go.isPending || go.isSuccess}
        onClick={() => go.mutate({ purpose: props.purpose, next: props.next })}
      >
        {props.purpose === "sign_in" ? `Sign in with ${props.name}` : `Confirm with ${props.name}`}
      </Button>
    </Stack>
  );
}
