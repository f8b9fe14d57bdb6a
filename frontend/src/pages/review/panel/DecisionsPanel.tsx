import { Button, Group, NativeSelect, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Outcome, Proposal, ReviewChanges, ReviewDetail } from "@/api/reviews";
import { DecisionBadge } from "@/components/badges";
import { nameOf, withoutRepeats } from "./decisionLines";
import { PanelSection } from "./ReviewPanel";
import { OUTCOME_WORDS, OUTCOMES } from "./words";

type Decision = NonNullable<ReviewChanges["decisions"]>[number];

/** What the rules propose for each image, eye and the patient; agreed, or decided otherwise with a reason. */
export function DecisionsPanel(props: {
  review: ReviewDetail;
  /** Null: a signed version, only to be looked at. */
  onDecide: ((decision: Decision) => void) | null;
}) {
  const { review } = props;
  return (
    <PanelSection title="Decisions">
      {withoutRepeats(review).map((one) => (
        <DecisionLine
          key={`${one.scope}/${one.image}/${one.eye}`}
          decision={one}
          name={nameOf(one, review)}
          onDecide={props.onDecide}
        />
      ))}
    </PanelSection>
  );
}

function DecisionLine(props: {
  decision: Proposal;
  name: string;
  onDecide: ((decision: Decision) => void) | null;
}) {
  const { decision, name, onDecide } = props;
  const { scope, image, outcome, proposed } = decision;
  const eye = decision.eye as Decision["eye"];
  const [changing, setChanging] = useState(false);
  const isPatient = scope === "patient";
  const canAgree = OUTCOMES[scope].includes(proposed) && (decision.out_of_date || !decision.agreed);
  const agree = () => onDecide?.({ scope, image, eye, outcome: isPatient ? proposed : "", reason: "" });
  const offersAgreement = (isPatient && !decision.decided && OUTCOMES[scope].includes(proposed)) || canAgree;
  return (
    <Stack gap={4} className="review-decision" data-scope={scope} data-outcome={outcome}>
      <Group justify="space-between" gap={6} wrap="nowrap">
        <Text size="sm" fw={isPatient ? 650 : 400}>
          {name}
        </Text>
        <DecisionBadge outcome={outcome} why={decision.reasons.map(({ message }) => message).join(" ")} />
      </Group>
      {!decision.agreed && (
        <Text size="xs" c="dimmed">
          The rules propose {OUTCOME_WORDS[proposed]}. {decision.reason}
        </Text>
      )}
      {isPatient && (
        <Text size="xs" c="dimmed">
          {decision.reasons.map(({ message }) => message).join(" ")}
        </Text>
      )}
      {onDecide && !changing && (
        <Group gap={6}>
          {offersAgreement && (
            <Button size="compact-xs" onClick={agree}>
              Agree: {OUTCOME_WORDS[proposed]}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Decide otherwise: ${name}`}
            onClick={() => setChanging(true)}
          >
            Decide otherwise
          </Button>
        </Group>
      )}
      {onDecide && changing && (
        <OtherDecision
          name={name}
          choices={OUTCOMES[scope].filter((one) => one !== proposed)}
          onCancel={() => setChanging(false)}
          onDecide={(chosen, reason) => {
            onDecide({ scope, image, eye, outcome: chosen, reason });
            setChanging(false);
          }}
        />
      )}
    </Stack>
  );
}

function OtherDecision(props: {
  name: string;
  choices: readonly Outcome[];
  onDecide: (outcome: Outcome, reason: string) => void;
  onCancel: () => void;
}) {
  const [outcome, setOutcome] = useState<Outcome | "">("");
  const [reason, setReason] = useState("");
  return (
    <Stack gap={6}>
      <NativeSelect
        size="xs"
        aria-label={`Decision: ${props.name}`}
        data={[
          { value: "", label: "Choose …", disabled: true },
          ...props.choices.map((value) => ({ value, label: OUTCOME_WORDS[value] })),
        ]}
        value={outcome}
        onChange={(event) => setOutcome(event.currentTarget.value as Outcome)}
      />
      <Textarea
        size="xs"
        autosize
        aria-label={`Why: ${props.name}`}
        placeholder="Why (it is in the report)"
        maxLength={2_000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Group gap={6}>
        <Button
          size="compact-xs"
          disabled={outcome === "" || reason.trim() === ""}
          onClick={() => outcome !== "" && props.onDecide(outcome, reason)}
        >
          Decide
        </Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={props.onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
