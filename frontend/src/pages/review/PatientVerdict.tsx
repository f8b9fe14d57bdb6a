import { Group, Skeleton, Text } from "@mantine/core";
import { usePatientDecision } from "@/api/queries";
import { DecisionBadge } from "@/components/badges";

/** What the patient and each eye come to, in badges. */
export function PatientVerdict({ patient, exams }: { patient: number; exams: number }) {
  const { data, isLoading } = usePatientDecision(patient);
  if (isLoading) return <Skeleton width={160} height={20} />;
  if (!data) return null;
  return (
    <Group gap={8} wrap="nowrap" data-patient-outcome={data.outcome}>
      {exams > 1 && (
        <Text size="xs" c="dimmed" miw="fit-content">
          All exams
        </Text>
      )}
      <DecisionBadge
        outcome={data.outcome}
        probability={data.probability}
        threshold={data.threshold}
        why={data.reasons.map(({ message }) => message).join(" ")}
      />
      {data.eyes.map((eye) => (
        <Group key={eye.eye} gap={4} wrap="nowrap">
          <Text size="xs" c="dimmed">
            {eye.eye || "eye unknown"}
          </Text>
          <DecisionBadge outcome={eye.outcome} why={eye.reasons.map(({ message }) => message).join(" ")} />
        </Group>
      ))}
    </Group>
  );
}
