import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconGavel } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useBeginReview, type ReviewDetail } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { eyeName, formatDate } from "@/lib/format";
import { DecisionsPanel } from "./DecisionsPanel";
import { DraftPanel } from "./DraftPanel";
import type { ExamReview } from "./useExamReview";
import { VersionsList } from "./VersionsList";
import { usePanelKeys } from "./usePanelKeys";
import { BEGIN_KEYS, URGENCIES, verdictsInWords } from "./words";

export interface PanelProps {
  readonly exam: number;
  readonly state: ExamReview;
  readonly classes: readonly LesionClass[];
  /** The chosen finding, and all that are listed, in the order of the list. */
  readonly chosen: string | null;
  readonly listed: readonly string[];
  readonly onChoose: (uuid: string) => void;
}

/** What the reviewer says of an exam: verdicts, decisions, signature; and the versions that were signed. */
export function ReviewPanel(props: PanelProps) {
  const { state, exam } = props;
  return (
    <QueryView query={state.reviews} loading={<Skeleton height={120} m="md" />}>
      {({ results }) => (
        <Stack gap={0} className="review-panel" data-exam={exam}>
          {results.length > 0 && <Shown {...props} />}
          <Begin {...props} />
          <VersionsList state={state} />
        </Stack>
      )}
    </QueryView>
  );
}

function Shown(props: PanelProps) {
  const { state } = props;
  return (
    <QueryView query={state.review} loading={<Skeleton height={240} m="md" />}>
      {(review) =>
        review.editable ? (
          <DraftPanel key={review.id} {...props} review={review} />
        ) : (
          <>
            <PanelSection title={`Version ${review.version}, signed`}>
              <Text size="sm">
                {review.reviewer_name} signed this version. It never changes; a new version replaces it.
              </Text>
              <WhereSigned review={review} />
            </PanelSection>
            <PanelSection title="Verdicts">
              <Text size="sm">{verdictsInWords(review)}</Text>
            </PanelSection>
            <DecisionsPanel review={review} onDecide={null} />
            <PanelSection title="Referral and conclusion">
              <Text size="sm">
                Referral: {URGENCIES.find(({ value }) => value === review.urgency)?.label.toLowerCase()}.
              </Text>
              {review.conclusion && (
                <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
                  {review.conclusion}
                </Text>
              )}
            </PanelSection>
          </>
        )
      }
    </QueryView>
  );
}

/** As whose it was signed, and what was moved to another patient or exam since. */
function WhereSigned({ review }: { review: ReviewDetail }) {
  const { signed_as: as, moved } = review;
  if (!as || moved.length === 0) return null;
  const exam = [as.patient_code, formatDate(as.exam_date), as.site].filter(Boolean).join(" · ");
  return (
    <Alert color="orange" variant="light" radius={0}>
      Signed as patient {exam}. Since then{" "}
      {moved
        .map((one) => `${eyeName(one.eye)} was moved to ${one.patient_code}, ${formatDate(one.exam_date)}`)
        .join("; ")}
      . The signature stays as it is.
    </Alert>
  );
}

function Begin({ state, exam }: PanelProps) {
  const { can } = useSessionUser();
  const begin = useBeginReview(exam);
  const canBegin = !state.draft && can("reviews.write");
  const start = () => {
    if (canBegin && !begin.isPending) begin.mutate(undefined, { onSuccess: ({ id }) => state.pick(id) });
  };
  usePanelKeys(BEGIN_KEYS, { begin: start });
  if (!canBegin) return null;
  const before = state.own[0];
  return (
    <PanelSection title="">
      {begin.isError && <ErrorNotice error={begin.error} />}
      {!before && (
        <Text size="sm">Nobody has reviewed this exam yet. Judge the findings, decide, and sign.</Text>
      )}
      <Button
        leftSection={<IconGavel size={16} />}
        variant={before ? "default" : "filled"}
        loading={begin.isPending}
        onClick={start}
      >
        {before ? `Begin version ${before.version + 1}` : "Begin the review"}
      </Button>
    </PanelSection>
  );
}

export function PanelSection(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="side-section" aria-label={props.title || undefined}>
      {(props.title || props.aside) && (
        <Group justify="space-between" wrap="nowrap">
          <span className="side-title">{props.title}</span>
          {props.aside}
        </Group>
      )}
      <Stack gap={8}>{props.children}</Stack>
    </section>
  );
}
