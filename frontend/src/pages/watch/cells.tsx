import { Badge, Text } from "@mantine/core";
import type { Score, Share } from "@/api/watch";
import { formatMetric } from "@/lib/format";
import { shareCounts, sharePercent, standingLook, type Standing } from "./words";

/** A share with its counts and interval, so that small numbers look small. */
export function ShareCell({ share }: { share: Share }) {
  if (share.of === 0) {
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" fw={600}>
        {sharePercent(share)}
      </Text>
      <Text size="xs" c="dimmed">
        {shareCounts(share)}
      </Text>
    </>
  );
}

export function StandingBadge({ standing }: { standing: Standing }) {
  const { title, color } = standingLook(standing);
  return (
    <Badge color={color} variant="light" radius="sm" tt="none" fw={600} miw="fit-content">
      {title}
    </Badge>
  );
}

/** What a score says, or that it has nothing to be held against. */
export function ScoreStanding({ score }: { score: Score }) {
  if (score.reference !== "none") return <StandingBadge standing={score.standing} />;
  return (
    <Badge color="gray" variant="outline" radius="sm" tt="none" fw={600} miw="fit-content">
      No reference
    </Badge>
  );
}

/** The score that drifts most. */
export function WorstScore({ score }: { score: Score | null }) {
  if (!score) return null;
  const isTold = score.psi !== null && score.standing !== "too_few";
  return (
    <>
      <ScoreStanding score={score} />
      {isTold && (
        <Text size="xs" c="dimmed">
          {score.title}: {formatMetric(score.psi)}
        </Text>
      )}
    </>
  );
}
