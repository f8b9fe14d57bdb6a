import { Badge, Button, Group } from "@mantine/core";
import { useNavigate } from "react-router";
import { asApiError } from "@/api/errors";
import { useRelease, type Claim } from "@/api/reviewQueue";

const clock = (iso: string) =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

const inWords = (name: string, until: string) =>
  `${name} is reviewing this patient, until ${clock(until)} at least`;

/** Another's claim with its end; any other fault as it is told. */
function refusalInWords(error: unknown): string {
  const { code, message, detail } = asApiError(error);
  const { reviewer, expires_at: until } = detail;
  const isAnothers =
    code === "claimed_by_another" && typeof reviewer === "string" && typeof until === "string";
  return isAnothers ? inWords(reviewer, until) : message;
}

const AnothersNote = ({ children }: { children: string }) => (
  <Badge color="orange" variant="light" radius="sm" tt="none" miw="fit-content" role="status">
    {children}
  </Badge>
);

/** Who has the patient: mine with the way to give it back, or another's, to look at only. */
export function ClaimNote(props: { patient: number; claim: Claim | null | undefined; error: unknown }) {
  const { patient, claim, error } = props;
  const release = useRelease();
  const navigate = useNavigate();
  if (error) return <AnothersNote>{refusalInWords(error)}</AnothersNote>;
  if (!claim) return null;
  if (!claim.mine) {
    return <AnothersNote>{inWords(claim.reviewer_name, claim.expires_at)}</AnothersNote>;
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Badge color="teal" variant="light" radius="sm" tt="none" miw="fit-content" role="status">
        Yours until {clock(claim.expires_at)}
      </Badge>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        loading={release.isPending}
        onClick={() => release.mutate(patient, { onSuccess: () => void navigate("/review") })}
      >
        Give back
      </Button>
    </Group>
  );
}
