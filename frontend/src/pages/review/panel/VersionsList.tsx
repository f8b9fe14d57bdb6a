import { Anchor, Group, Text, UnstyledButton } from "@mantine/core";
import { reportUrl } from "@/api/reviews";
import { formatWhen } from "@/lib/format";
import { PanelSection } from "./ReviewPanel";
import type { ExamReview } from "./useExamReview";

const REPORTS: Readonly<Record<string, string>> = { pdf: "PDF", json: "JSON", fhir: "FHIR" };

/** Signed versions with their reports; a click shows what was signed. */
export function VersionsList({ state }: { state: ExamReview }) {
  const signed = state.list.filter((one) => one.state === "signed");
  if (signed.length === 0) return null;
  const shown = state.review.data?.id;
  return (
    <PanelSection title="Signed versions">
      {signed.map((one) => (
        <div key={one.id} className="review-version" data-version={one.version}>
          <UnstyledButton aria-pressed={one.id === shown} onClick={() => state.pick(one.id)}>
            <Text size="sm" fw={one.id === shown ? 650 : 400}>
              Version {one.version}, {one.reviewer_name}
              {one.exam !== state.exam && ", of another exam"}
            </Text>
            <Text size="xs" c="dimmed">
              {one.signed_at ? formatWhen(one.signed_at) : ""} · SHA-256 {one.sha256.slice(0, 12)}…
            </Text>
          </UnstyledButton>
          <Group gap={8} wrap="nowrap" align="flex-start">
            {one.reports.map((kind) => (
              <Anchor key={kind} size="sm" href={reportUrl(one.id, kind)} download>
                {REPORTS[kind]}
              </Anchor>
            ))}
          </Group>
        </div>
      ))}
      {state.draft && shown !== state.draft.id && (
        <UnstyledButton onClick={() => state.pick(state.draft?.id ?? null)}>
          <Text size="sm" c="blue">
            Back to my draft
          </Text>
        </UnstyledButton>
      )}
    </PanelSection>
  );
}
