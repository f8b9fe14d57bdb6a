import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { Fragment, useState, type FormEvent } from "react";
import { useSignReview, type ReviewDetail } from "@/api/reviews";
import { NO_PROOF, ProofField, useProofAwaited } from "@/app/ProofField";
import { ErrorNotice } from "@/components/states";
import { eyeName } from "@/lib/format";
import { changesSince, OUTCOME_WORDS, URGENCIES, verdictsInWords } from "./words";

/** What is signed, what the signature means, and who signs, once more. */
export function SignModal(props: {
  review: ReviewDetail;
  exam: number;
  /** Something that was said is not in the review yet: wait for it. */
  saving: boolean;
  /** Where this dialog is open again, for who leaves to prove who they are. */
  here: string;
  onClose: () => void;
}) {
  const { review, onClose } = props;
  const sign = useSignReview(review.id, props.exam);
  const [proof, setProof] = useState(NO_PROOF);
  const awaited = useProofAwaited();
  const [shown] = useState(review); // as it was when the dialog was opened
  const changes = changesSince(shown, review);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (props.saving) return;
    sign.mutate(
      { base_revision: review.revision, seen: review.seen, ...proof },
      { onSuccess: onClose, onError: () => setProof(NO_PROOF) },
    );
  };
  const eyes = review.decisions.filter(({ scope }) => scope === "eye");
  const patient = review.decisions.find(({ scope }) => scope === "patient");
  const urgency = URGENCIES.find(({ value }) => value === review.urgency)?.label.toLowerCase();
  return (
    <Modal opened onClose={onClose} title="Sign the review" centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">
            Patient {review.patient_code}: <b>{patient ? OUTCOME_WORDS[patient.outcome] : ""}</b>, referral{" "}
            {urgency}.{" "}
            {eyes.map(({ eye, outcome }) => (
              <Fragment key={eye}>
                {eyeName(eye)}: <b>{OUTCOME_WORDS[outcome]}</b>.{" "}
              </Fragment>
            ))}
            Findings: {verdictsInWords(review)}
          </Text>
          <div>
            <Text size="sm" fw={650}>
              Conclusion
            </Text>
            <Text size="sm" c={review.conclusion ? undefined : "dimmed"} style={{ whiteSpace: "pre-wrap" }}>
              {review.conclusion || "None is written."}
            </Text>
          </div>
          <blockquote className="review-meaning">{review.meaning}</blockquote>
          {review.replaces_version !== null && (
            <Text size="sm">
              This version replaces version {review.replaces_version}, which stays on record.
            </Text>
          )}
          {review.own_labels && (
            <Alert color="orange" variant="light">
              {review.one_person_site
                ? "You also labelled images of this exam. The report says so."
                : "You labelled an image of this exam, so another reviewer has to sign."}
            </Alert>
          )}
          {sign.isError && <ErrorNotice error={sign.error} />}
          {changes.length > 0 && (
            <ul className="review-open" aria-label="Changed since this was opened">
              {changes.map((change) => (
                <li key={change}>
                  <Text size="sm">{change}</Text>
                </li>
              ))}
            </ul>
          )}
          <ProofField value={proof} onChange={setProof} next={props.here} />
          <Text className="disclaimer">{review.disclaimer}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Not yet
            </Button>
            <Button type="submit" disabled={awaited} loading={sign.isPending || props.saving}>
              Sign
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
