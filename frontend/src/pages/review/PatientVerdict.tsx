import { Badge, Group, Skeleton } from "@mantine/core";
import { usePatientDecision } from "@/api/queries";
import { DecisionBadge } from "@/components/badges";
import type { Judging } from "./useEye";

interface Said {
  readonly outcome: string;
  readonly reasons: readonly { readonly message: string }[];
}
const inWords = ({ reasons }: Said) => reasons.map(({ message }) => message).join(" ");

/** What the exam comes to, for the patient and each eye: as the review that is shown has it, else the models. */
export function PatientVerdict(props: { patient: number; exam: number | undefined; judging: Judging }) {
  const { judging } = props;
  if (judging === undefined) return <Skeleton width={160} height={20} />;
  if (judging === "none") return <OfModels {...props} />;
  const [patient] = judging.decisions.filter(({ scope }) => scope === "patient");
  const who = judging.state === "signed" ? `Signed version ${judging.version}` : "Your draft";
  return patient ? (
    <Verdict who={who} patient={patient} eyes={judging.decisions.filter(({ scope }) => scope === "eye")} />
  ) : null;
}

function OfModels(props: { patient: number; exam: number | undefined }) {
  const { data, isLoading } = usePatientDecision(props.patient, props.exam);
  if (isLoading) return <Skeleton width={160} height={20} />;
  return data ? <Verdict who="Models" patient={data} eyes={data.eyes} /> : null;
}

function Verdict(props: { who: string; patient: Said; eyes: readonly (Said & { readonly eye: string })[] }) {
  const { who, patient, eyes } = props;
  return (
    <Group className="review-verdict" gap={8} data-patient-outcome={patient.outcome}>
      <Badge variant="outline" color="gray" radius="sm" tt="none" miw="fit-content">
        {who}
      </Badge>
      <DecisionBadge outcome={patient.outcome} why={inWords(patient)} />
      {eyes.map((eye) => (
        <DecisionBadge key={eye.eye} of={eye.eye || "?"} outcome={eye.outcome} short why={inWords(eye)} />
      ))}
    </Group>
  );
}
