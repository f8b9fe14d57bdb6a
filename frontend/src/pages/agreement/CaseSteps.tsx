import { Badge, Button, Group, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { IconGavel, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import {
  useBeginCase,
  useDropDraft,
  useReleaseCase,
  type Case,
  type CaseState,
  type StartFrom,
} from "@/api/disagreements";
import { ErrorNotice } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { OpenAgain } from "./OpenAgain";
import { ReasonBadges } from "./ReasonBadges";

const TITLES: Readonly<Record<CaseState, string>> = {
  open: "To settle",
  comparing: "Being compared",
  waiting: "Back with a reader",
  agreed: "They agree",
  settled: "Settled",
};
const TONES: Readonly<Partial<Record<CaseState, string>>> = { open: "warn", settled: "calm", agreed: "calm" };

/** Where the case stands, why, and what can be done about it. */
export function CaseSteps({ shown }: { shown: Case }) {
  return (
    <section className="banner" data-tone={TONES[shown.state] ?? "quiet"} aria-label="Where it stands">
      <Group justify="space-between" align="flex-start" gap="xl">
        <Stack gap="xs" flex={1} miw={280}>
          <Title order={2} size="h4">
            {TITLES[shown.state]}
          </Title>
          <ReasonBadges reasons={shown.reasons} />
          <Standing shown={shown} />
        </Stack>
        <Steps shown={shown} />
      </Group>
    </section>
  );
}

function Standing({ shown }: { shown: Case }) {
  const { state, claim } = shown;
  const why = shown.label_sets.find(({ id }) => id === shown.settled)?.decision_comment;
  const said: Readonly<Record<CaseState, string>> = {
    open: claim && !claim.mine ? `${claim.reviewer_name} is settling this one.` : "",
    comparing: "The readings have just been handed in; this takes a moment.",
    waiting: "A reading was returned. It is compared again once it is handed in.",
    agreed: "Their answers do not contradict each other, and enough of their lesions are alike.",
    settled: `By ${shown.settled_by_name}, ${formatWhen(shown.settled_at)}. Datasets take these labels; both readings stay as they are.`,
  };
  return (
    <>
      {said[state] && <Text size="sm">{said[state]}</Text>}
      {state === "settled" && why && <Text size="sm">“{why}”</Text>}
      {shown.changed_since && (
        <Badge color="orange" variant="light" radius="sm" tt="none" miw="fit-content" role="status">
          A reading has changed since it was settled
        </Badge>
      )}
    </>
  );
}

function Steps({ shown }: { shown: Case }) {
  const { state, may_settle: maySettle, draft } = shown;
  return (
    <Stack gap="xs" align="flex-end">
      {state === "open" && !maySettle && (
        <Text size="sm" c="dimmed">
          {shown.is_reader
            ? "You read this image yourself, so somebody else settles it."
            : "A reviewer settles it."}
        </Text>
      )}
      {maySettle && (draft === null ? <Begin shown={shown} /> : <GoOn shown={shown} draft={draft} />)}
      {shown.settled !== null && (
        <Button component={Link} to={`/images/${shown.image}?set=${shown.settled}`} variant="light">
          Open the settled labels
        </Button>
      )}
      {maySettle && (state === "settled" || state === "agreed") && <OpenAgain shown={shown} />}
    </Stack>
  );
}

function Begin({ shown }: { shown: Case }) {
  const begin = useBeginCase();
  const navigate = useNavigate();
  const [from, setFrom] = useState<StartFrom>("merged");
  if (shown.state !== "open" || (shown.claim && !shown.claim.mine)) return null;
  const choices: readonly { readonly value: StartFrom; readonly label: string }[] = [
    { value: "merged", label: "Both readings, merged" },
    { value: "first", label: `${shown.first_name}’s reading` },
    { value: "second", label: `${shown.second_name}’s reading` },
    ...(shown.settled === null ? [] : [{ value: "settled" as const, label: "The labels that settled it" }]),
    { value: "nothing", label: "Nothing" },
  ];
  const start = () =>
    begin.mutate(
      { id: shown.id, from },
      { onSuccess: (draft) => void navigate(`/images/${shown.image}?set=${draft.id}`) },
    );
  return (
    <>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Start from"
          w={230}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value as StartFrom)}
          data={[...choices]}
        />
        <Button leftSection={<IconGavel size={16} />} loading={begin.isPending} onClick={start}>
          Settle it
        </Button>
      </Group>
      {begin.isError && <ErrorNotice error={begin.error} />}
      {shown.claim?.mine && <GiveBack shown={shown} />}
    </>
  );
}

/** Labels that this person has begun: on with them, or away with them. */
function GoOn({ shown, draft }: { shown: Case; draft: number }) {
  const drop = useDropDraft();
  const [sure, setSure] = useState(false);
  const free = shown.state === "open" && (!shown.claim || shown.claim.mine);
  return (
    <>
      <Group gap="sm">
        <Button
          variant={sure ? "filled" : "default"}
          color={sure ? "red" : "gray"}
          loading={drop.isPending}
          onClick={() => (sure ? drop.mutate(shown.id, { onSuccess: () => setSure(false) }) : setSure(true))}
        >
          {sure ? "Really throw them away" : "Throw my labels away"}
        </Button>
        {free && (
          <Button
            component={Link}
            to={`/images/${shown.image}?set=${draft}`}
            leftSection={<IconPencil size={16} />}
          >
            Go on settling
          </Button>
        )}
      </Group>
      {drop.isError && <ErrorNotice error={drop.error} />}
      {shown.claim?.mine && <GiveBack shown={shown} />}
    </>
  );
}

function GiveBack({ shown }: { shown: Case }) {
  const release = useReleaseCase();
  return (
    <Group gap="xs">
      <Text size="xs" c="dimmed">
        Yours until {shown.claim && clock(shown.claim.expires_at)}
      </Text>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        loading={release.isPending}
        onClick={() => release.mutate(shown.id)}
      >
        Give back
      </Button>
    </Group>
  );
}

const clock = (iso: string) =>
  new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
