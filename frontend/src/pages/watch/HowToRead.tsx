import { Stack, Text, Title } from "@mantine/core";
import type { Limits } from "@/api/watch";
import { formatMetric, formatPercent } from "@/lib/format";

/** What the figures mean, and when an alarm is raised, in plain words. */
export function HowToRead({ limits }: { limits: Limits }) {
  return (
    <section className="card" aria-label="How to read this">
      <Title order={2} size="h4" mb="xs">
        How to read this
      </Title>
      <Stack gap="xs">
        <Text size="sm">
          <b>Decided otherwise</b>: the signature says something else than the models had come to. Only signed
          reviews count, of each exam the version that stands. <b>Missed lesions</b>: those that a reviewer
          drew because the model had not found them, of all there are in the end.
        </Text>
        <Text size="sm">
          <b>Ranges</b>: a share of few cases is a guess. The range after it is where the true share lies with
          95 % certainty. Images of one patient resemble each other, so in truth it is a little wider still.
        </Text>
        <Text size="sm">
          <b>Index of the scores</b> (population stability index): how differently the model’s scores are
          spread now from when it was judged. Under {formatMetric(limits.psi)} they are stable, from there to{" "}
          {formatMetric(limits.psi_drift)} worth watching, above they drift: other patients, another camera,
          or something amiss. It says nothing about right or wrong; that is what reviews are for.
        </Text>
        <Text size="sm">
          <b>Alarms</b> are about champions and look back {limits.weeks} weeks: an index above{" "}
          {formatMetric(limits.psi_drift)} of at least {limits.fewest_images} images that chance alone would
          hardly bring about, or more than {formatPercent(limits.overrides)} of at least{" "}
          {limits.fewest_decisions} decisions overridden, even at the lower end of the range.
        </Text>
      </Stack>
    </section>
  );
}
