import { PasswordInput, Text } from "@mantine/core";
import { useSession } from "@/api/queries";
import { CodeInput, ProviderButton } from "./SignInForm";
import { useSessionUser } from "./session";

export interface Proof {
  readonly password: string;
  readonly code: string;
}

export const NO_PROOF: Proof = { password: "", code: "" };

/** Whether the field need not be filled in, because the person has still to go to the provider and come back. */
export function useProofAwaited(): boolean {
  const { user } = useSessionUser();
  const session = useSession().data;
  return user.confirm_by === "provider" && !session?.confirmed;
}

/** Who one is, once more: the password, or what stands in for it where a person has none. */
export function ProofField(props: {
  value: Proof;
  onChange: (proof: Proof) => void;
  /** The page to come back to from the provider. */
  next: string;
}) {
  const { user } = useSessionUser();
  const provider = useSession().data?.provider ?? "";
  const awaited = useProofAwaited();
  if (user.confirm_by === "code") {
    return (
      <CodeInput
        value={props.value.code}
        onChange={(code) => props.onChange({ ...NO_PROOF, code })}
        autoFocus
      />
    );
  }
  if (user.confirm_by === "provider") {
    if (awaited) return <ProviderButton name={provider} purpose="confirm" next={props.next} />;
    return <Text size="sm">You have just signed in once more with {provider}.</Text>;
  }
  return (
    <>
      <input type="text" name="username" value={user.username} autoComplete="username" readOnly hidden />
      <PasswordInput
        label={`Your password, ${user.full_name || user.username}`}
        name="signing-password"
        autoComplete="current-password"
        data-autofocus
        required
        value={props.value.password}
        onChange={(event) => props.onChange({ ...NO_PROOF, password: event.currentTarget.value })}
      />
    </>
  );
}
