import { Alert, Button, Group, SegmentedControl, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { asApiError } from "@/api/errors";
import {
  useCorrectImageFindings,
  useDiscardReview,
  useSaveReview,
  useTakeCorrections,
  type ReviewChanges,
  type ReviewDetail,
  type Urgency,
} from "@/api/reviews";
import { ErrorNotice } from "@/components/states";
import { plural } from "@/lib/format";
import { ClassVerdicts } from "./ClassVerdicts";
import { DecisionsPanel } from "./DecisionsPanel";
import { FindingVerdict } from "./FindingVerdict";
import { PanelSection, type PanelProps } from "./ReviewPanel";
import { SignModal } from "./SignModal";
import { URGENCIES } from "./words";

const TYPING_MS = 1_200;

/** My draft: judged finding by finding, decided, signed; every step is saved at once. */
export function DraftPanel(props: PanelProps & { review: ReviewDetail }) {
  const { review, state, exam } = props;
  const save = useSaveReview(review.id);
  const discard = useDiscardReview(exam);
  const [signing, setSigning] = useState(false);
  const correct = useCorrection(review.id);
  useDrawn(review);
  const act = (changes: ReviewChanges) =>
    save.mutate(changes, {
      onError: (error) => {
        const { message, remedy } = asApiError(error);
        notifications.show({ id: "review-save", color: "orange", title: message, message: remedy });
      },
    });
  const added = review.images.reduce((sum, image) => sum + image.added.length, 0);
  return (
    <>
      {review.outdated && (
        <Alert color="orange" variant="light" radius={0}>
          Newer predictions are there. This draft judges the earlier ones, which the list, the outlines and
          the maps show: discard it to judge the newer.
        </Alert>
      )}
      <FindingVerdict {...props} onSave={act} onCorrect={correct.open} />
      <ClassVerdicts review={review} classes={props.classes} onSave={act} />
      <PanelSection title="Outlines and missed lesions">
        <Text size="sm" c="dimmed">
          {added > 0 ? `${plural(added, "lesion")} added. ` : ""}
          Mend outlines and draw what was missed in the reading room; verdicts follow the drawing.
        </Text>
        <Group gap="xs">
          {review.images.map(({ image, eye }) => (
            <Button
              key={image}
              size="xs"
              variant="default"
              loading={correct.isPending}
              onClick={() => correct.open(image)}
            >
              Correct {eye || `image ${image}`}
            </Button>
          ))}
        </Group>
        {correct.error && <ErrorNotice error={correct.error} />}
      </PanelSection>
      <DecisionsPanel review={review} onDecide={(decision) => act({ decisions: [decision] })} />
      <PanelSection title="Referral and conclusion">
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Urgency of referral"
          data={[...URGENCIES]}
          value={review.urgency}
          onChange={(urgency) => act({ urgency: urgency as Urgency })}
        />
        <Conclusion text={review.conclusion} onSave={(conclusion) => act({ conclusion })} />
      </PanelSection>
      <PanelSection
        title="Signature"
        aside={
          <Text size="xs" c="dimmed" role="status">
            {save.isPending ? "Saving…" : save.isError ? "Not saved" : "Saved"}
          </Text>
        }
      >
        {review.open.length > 0 && (
          <ul className="review-open" aria-label="Still open">
            {review.open.map((point, index) => (
              <li key={index}>
                <Text size="sm">{point.message}</Text>
              </li>
            ))}
          </ul>
        )}
        <Group grow>
          <Button disabled={review.open.length > 0 || save.isPending} onClick={() => setSigning(true)}>
            Sign…
          </Button>
          <Button
            variant="default"
            loading={discard.isPending}
            onClick={() => {
              if (window.confirm("Discard this draft with all its verdicts and corrections?")) {
                discard.mutate(review.id, { onSuccess: () => state.pick(null) });
              }
            }}
          >
            Discard draft
          </Button>
        </Group>
        {discard.isError && <ErrorNotice error={discard.error} />}
      </PanelSection>
      {signing && <SignModal review={review} exam={exam} onClose={() => setSigning(false)} />}
    </>
  );
}

/** Opens an image's correction in the reading room, from where one comes back here. */
function useCorrection(review: number) {
  const navigate = useNavigate();
  const correct = useCorrectImageFindings(review);
  const open = (image: number) =>
    correct.mutate(image, {
      onSuccess: ({ label_set }) => navigate(`/images/${image}?set=${label_set}`),
    });
  return { open, isPending: correct.isPending, error: correct.error };
}

/** Takes over what was drawn in the reading room, once for each state of the review. */
function useDrawn(review: ReviewDetail) {
  const { mutate } = useTakeCorrections(review.id);
  const taken = useRef(-1);
  const waits = review.open.some(({ code }) => code === "correction_waits");
  useEffect(() => {
    if (!waits || taken.current === review.revision) return;
    taken.current = review.revision;
    mutate(review.revision);
  }, [waits, review.revision, mutate]);
}

/** Saved a moment after the last key, and on leaving the field. */
function Conclusion({ text, onSave }: { text: string; onSave: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  const unsaved = useRef<string | null>(null);
  const latest = useRef(onSave);
  useEffect(() => {
    latest.current = onSave;
  });
  const flush = () => {
    if (unsaved.current === null) return;
    latest.current(unsaved.current);
    unsaved.current = null;
  };
  useEffect(() => {
    if (unsaved.current === null) return;
    const timer = window.setTimeout(flush, TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [draft]);
  useEffect(() => flush, []);
  return (
    <Textarea
      label="Conclusion"
      placeholder="In words, for the report"
      autosize
      minRows={2}
      maxRows={8}
      maxLength={10_000}
      value={draft}
      onChange={(event) => {
        unsaved.current = event.currentTarget.value;
        setDraft(event.currentTarget.value);
      }}
      onBlur={flush}
    />
  );
}
