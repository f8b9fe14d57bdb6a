import { Alert, Button, Group, SegmentedControl, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
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
import { useConclusion } from "./useConclusion";
import { usePanelKeys } from "./usePanelKeys";
import { useVerdict } from "./useVerdict";
import { DRAFT_KEYS, nextUrgency, OUTCOMES, URGENCIES } from "./words";

export type DraftProps = PanelProps & {
  readonly review: ReviewDetail;
  readonly onSave: (changes: ReviewChanges) => void;
  readonly onCorrect: (image: number) => void;
};

/** My draft: judged finding by finding, decided, signed; every step is saved at once. */
export function DraftPanel(props: PanelProps & { review: ReviewDetail }) {
  const { review, state, exam } = props;
  const save = useSaveReview(review.id);
  const discard = useDiscardReview(exam);
  const { signing, setSigning, here } = useSigning(review.open.length === 0);
  const correct = useCorrection(review.id);
  const drawn = useDrawn(review);
  const saved = async (changes: ReviewChanges) => {
    try {
      await save.mutateAsync(changes);
    } catch (error) {
      const { message, remedy } = asApiError(error);
      notifications.show({ id: "review-save", color: "orange", title: message, message: remedy });
      throw error;
    }
  };
  const act = (changes: ReviewChanges) => void saved(changes).catch(() => undefined); // told already
  const conclusion = useConclusion(review.conclusion, (text) => saved({ conclusion: text }));
  const [flushing, setFlushing] = useState(false);
  const beginSigning = async () => {
    setFlushing(true);
    const isSaved = await conclusion.flush();
    setFlushing(false);
    if (isSaved) setSigning(true);
  };
  const said = useVerdict({ ...props, onSave: act, onCorrect: correct.open });
  const written = useRef<HTMLTextAreaElement>(null);
  const patient = review.decisions.find(({ scope }) => scope === "patient");
  const isReady = review.open.length === 0;
  usePanelKeys(DRAFT_KEYS, {
    agree: () => {
      if (patient && OUTCOMES.patient.includes(patient.proposed)) {
        act({
          decisions: [{ scope: "patient", outcome: patient.proposed, image: null, eye: "", reason: "" }],
        });
      }
    },
    urgency: () => act({ urgency: nextUrgency(review.urgency) }),
    conclusion: () => written.current?.focus(),
    sign: () => isReady && void beginSigning(),
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
      <FindingVerdict said={said} classes={props.classes} />
      <ClassVerdicts review={review} classes={props.classes} said={said} />
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
        {drawn.error && <ErrorNotice error={drawn.error} />}
        {drawn.waits && (
          <Button size="xs" variant="default" loading={drawn.isPending} onClick={drawn.take}>
            Take over now
          </Button>
        )}
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
        <Textarea
          ref={written}
          label="Conclusion"
          placeholder="In words, for the report"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={10_000}
          value={conclusion.text}
          onChange={(event) => conclusion.type(event.currentTarget.value)}
          onBlur={() => void conclusion.flush()}
        />
      </PanelSection>
      <PanelSection
        title="Signature"
        aside={
          <Text size="xs" c="dimmed" role="status">
            {save.isPending ? "Saving…" : save.isError || !conclusion.isSaved ? "Not saved" : "Saved"}
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
          <Button disabled={!isReady} loading={flushing} onClick={() => void beginSigning()}>
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
      {signing && (
        <SignModal
          review={review}
          exam={exam}
          saving={save.isPending || !conclusion.isSaved}
          here={here}
          onClose={() => setSigning(false)}
        />
      )}
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
  const { mutate, isPending, error } = useTakeCorrections(review.id);
  const taken = useRef(-1);
  const waits = review.open.some(({ code }) => code === "correction_waits");
  useEffect(() => {
    if (!waits || taken.current === review.revision) return;
    taken.current = review.revision;
    mutate(review.revision);
  }, [waits, review.revision, mutate]);
  return { waits, isPending, error, take: () => mutate(review.revision) };
}

/** Whether the dialog of the signature is open; `?sign` opens it for who comes back from their OpenID provider. */
function useSigning(isReady: boolean) {
  const { pathname } = useLocation();
  const [asked, ask] = useSearchParams();
  const [signing, setSigning] = useState(asked.has("sign") && isReady);
  useEffect(() => {
    if (!asked.has("sign")) return;
    const rest = new URLSearchParams(asked);
    rest.delete("sign");
    ask(rest, { replace: true });
  }, [asked, ask]);
  const here = new URLSearchParams(asked);
  here.set("sign", "");
  return { signing, setSigning, here: `${pathname}?${here}` };
}
