import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconGavel } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useBeginReview } from "@/api/reviews";
import type { LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { DecisionsPanel } from "./DecisionsPanel";
import { DraftPanel } from "./DraftPanel";
import type { ExamReview } from "./useExamReview";
import { VersionsList } from "./VersionsList";
import { URGENCIES } from "./words";

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

function Begin({ state, exam }: PanelProps) {
  const { can } = useSessionUser();
  const begin = useBeginReview(exam);
  if (state.draft || !can("reviews.write")) return null;
  const before = state.list[0];
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
        onClick={() => begin.mutate(undefined, { onSuccess: ({ id }) => state.pick(id) })}
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
