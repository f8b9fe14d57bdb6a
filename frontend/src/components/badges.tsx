import { Badge, Tooltip } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconEyeOff,
  IconHelpHexagon,
  IconUserExclamation,
} from "@tabler/icons-react";
import { chanceOfDr, humanize } from "@/lib/format";

const STATE_COLORS: Readonly<Record<string, string>> = {
  queued: "gray",
  collecting: "gray",
  started: "blue",
  running: "blue",
  succeeded: "teal",
  finished: "teal",
  stopped_early: "yellow",
  failed: "red",
  cancelled: "gray",
  to_do: "gray",
  draft: "blue",
  submitted: "violet",
  accepted: "teal",
  returned: "orange",
  candidate: "violet",
  champion: "teal",
  retired: "gray",
};

export function StateBadge({ state, size = "sm" }: { state: string; size?: "sm" | "md" }) {
  return (
    <Badge
      color={STATE_COLORS[state] ?? "gray"}
      variant="light"
      size={size}
      radius="sm"
      tt="none"
      fw={600}
      miw="fit-content"
    >
      {humanize(state || "not labelled")}
    </Badge>
  );
}

/** Only what is not normal is worth a word. */
export function PriorityBadge({ priority }: { priority: 1 | 2 | 3 }) {
  if (priority === 2) return null;
  return (
    <Badge
      color={priority === 1 ? "red" : "gray"}
      variant="outline"
      size="sm"
      radius="sm"
      tt="none"
      miw="fit-content"
    >
      {priority === 1 ? "Urgent" : "Low priority"}
    </Badge>
  );
}

export interface OutcomeLook {
  readonly title: string;
  /** Where there is little room. */
  readonly short?: string;
  readonly tone: "alarm" | "calm" | "warn" | "quiet";
  readonly color: string;
}

const OUTCOMES: Readonly<Record<string, OutcomeLook>> = {
  dr: { title: "DR", tone: "alarm", color: "red" },
  no_dr: { title: "No DR", tone: "calm", color: "teal" },
  ungradable: { title: "Ungradable", tone: "warn", color: "orange" },
  discordant: { title: "Discordant: needs a human", short: "Discordant", tone: "warn", color: "orange" },
  incomplete: { title: "Incomplete: repeat or refer", short: "Incomplete", tone: "warn", color: "orange" },
  withheld: { title: "Shown after your reading", tone: "quiet", color: "gray" },
  pending: { title: "DR not predicted yet", short: "Not predicted", tone: "quiet", color: "gray" },
};

export function outcomeLook(outcome: string): OutcomeLook {
  return OUTCOMES[outcome] ?? { title: humanize(outcome), tone: "quiet", color: "gray" };
}

export function OutcomeIcon({ outcome, size = 14 }: { outcome: string; size?: number }) {
  if (outcome === "dr") return <IconAlertTriangle size={size} />;
  if (outcome === "no_dr") return <IconCircleCheck size={size} />;
  if (outcome === "ungradable" || outcome === "withheld") return <IconEyeOff size={size} />;
  if (outcome === "discordant") return <IconUserExclamation size={size} />;
  if (outcome === "incomplete") return <IconHelpHexagon size={size} />;
  return <IconCircleDashed size={size} />;
}

/** The decision in one glance: icon, word, probability and threshold, so that it does not rest on colour. */
export function DecisionBadge(props: {
  outcome: string;
  probability?: number | null | undefined;
  /** From which probability on it is called DR. */
  threshold?: number | null | undefined;
  why?: string;
  /** Which eye it is about. */
  of?: string;
  short?: boolean;
}) {
  const look = outcomeLook(props.outcome);
  const chance = chanceOfDr(props.outcome, props.probability, props.threshold);
  const badge = (
    <Badge
      color={look.color}
      variant={look.tone === "quiet" ? "outline" : "light"}
      radius="sm"
      tt="none"
      fw={600}
      miw="fit-content"
      leftSection={<OutcomeIcon outcome={props.outcome} />}
      data-outcome={props.outcome}
    >
      {props.of && `${props.of}: `}
      {(props.short && look.short) || look.title}
      {chance && ` · ${chance}`}
    </Badge>
  );
  return props.why ? (
    <Tooltip label={props.why} multiline maw={360} withArrow>
      {badge}
    </Tooltip>
  ) : (
    badge
  );
}

/** Beside a decision that today's champions did not make. */
export function EarlierModelBadge() {
  return (
    <Tooltip
      label="Made by a model that is not the champion now. Predicting again asks the champion."
      multiline
      maw={300}
      withArrow
    >
      <Badge
        color="yellow"
        variant="light"
        radius="sm"
        size="sm"
        tt="none"
        miw="fit-content"
        data-earlier-model
      >
        by an earlier model
      </Badge>
    </Tooltip>
  );
}
