import { Badge, Button, Group } from "@mantine/core";
import { useNavigate } from "react-router";
import { asApiError } from "@/api/errors";
import { useRelease, type Claim } from "@/api/reviewQueue";

const clock = (iso: string) =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Who has the patient: mine with the way to give it back, or another's, to look at only. */
export function ClaimNote(props: { patient: number; claim: Claim | null | undefined; error: unknown }) {
  const { patient, claim, error } = props;
  const release = useRelease();
  const navigate = useNavigate();
  if (error) {
    return (
      <Badge color="orange" variant="light" radius="sm" tt="none" miw="fit-content" role="status">
        {asApiError(error).message}
      </Badge>
    );
  }
  if (!claim) return null;
  if (!claim.mine) {
    return (
      <Badge color="orange" variant="light" radius="sm" tt="none" miw="fit-content" role="status">
        {claim.reviewer_name} is reviewing this patient, until {clock(claim.expires_at)}
      </Badge>
    );
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
