import { Skeleton, Stack, Text } from "@mantine/core";
import { usePatientDecision } from "@/api/queries";
import { Chance } from "@/components/Chance";
import { EarlierModelBadge, outcomeLook } from "@/components/badges";
import { QueryView } from "@/components/states";

/** What the models of today say of this exam, in words: which eye decides, and why. */
export function DecisionReasons({ patient, exam }: { patient: number; exam: number | undefined }) {
  const decision = usePatientDecision(patient, exam);
  return (
    <section className="side-section" aria-label="Decision of the models">
      <span className="side-title">What the models say of this exam today</span>
      <QueryView query={decision} loading={<Skeleton height={80} />}>
        {(data) => (
          <Stack gap={6}>
            <Text fw={650}>{outcomeLook(data.outcome).title}</Text>
            {!data.by_champions && <EarlierModelBadge />}
            <Chance
              of="DR"
              where=" in the deciding eye"
              probability={data.probability}
              from={data.threshold}
            />
            <Chance
              of="referable DR"
              where=" in the worse eye"
              probability={data.referable_probability}
              from={data.referable_threshold}
            />
            {data.reasons.map((reason, index) => (
              <Text key={index} size="sm" c="dimmed">
                {reason.message}
              </Text>
            ))}
          </Stack>
        )}
      </QueryView>
    </section>
  );
}
