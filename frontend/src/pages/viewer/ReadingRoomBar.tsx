import { ActionIcon, Button, Group, NativeSelect, Text, Tooltip } from "@mantine/core";
import {
  IconArrowLeft,
  IconArrowRight,
  IconChevronLeft,
  IconChevronRight,
  IconGavel,
  IconSend,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import { keys } from "@/api/keys";
import { usePatient } from "@/api/queries";
import type { FundusImage, LabelSet } from "@/api/types";
import { useOpenAssignment } from "@/api/work";
import { eyeName, eyeOf, plural } from "@/lib/format";
import { byEye } from "../patients/eyes";
import { ImageFacts } from "./ImageFacts";
import { useKeys } from "./useKeys";
import { roomOf, useWorklistNeighbours } from "../worklist/useWorklistNeighbours";

/** The patient's other images, right eye first, one click away. */
function Siblings({ image }: { image: FundusImage }) {
  const patient = usePatient(image.patient);
  const groups = byEye(patient.data?.exams.flatMap((exam) => exam.images) ?? []);
  const all = [...groups.OD, ...groups.OS, ...groups.unknown];
  if (all.length < 2) return <Text size="sm">{eyeName(image.eye)}</Text>;
  return (
    <Button.Group>
      {all.map((one) => (
        <Button
          key={one.id}
          component={Link}
          to={`/images/${one.id}`}
          size="compact-sm"
          variant={one.id === image.id ? "filled" : "default"}
          aria-current={one.id === image.id}
          title={eyeName(one.eye)}
        >
          {eyeOf(one.eye) === "unknown" ? `#${one.id}` : one.eye}
        </Button>
      ))}
    </Button.Group>
  );
}

/** Through the worklist without going back to it. */
function WorklistSteps() {
  const { assignment, previous, next, goPrevious, goNext } = useWorklistNeighbours();
  const { withKey } = useKeys();
  if (assignment === null) return null;
  return (
    <ActionIcon.Group>
      <Tooltip label={withKey("Previous image of the worklist", "previousImage")}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Previous image"
          disabled={!previous}
          onClick={goPrevious}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={withKey("Next image of the worklist", "nextImage")}>
        <ActionIcon variant="default" size={30} aria-label="Next image" disabled={!next} onClick={goNext}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </Tooltip>
    </ActionIcon.Group>
  );
}

/** After handing in: on to the next image that is still to be read. */
export function NextImageButton() {
  const { assignment, toDo } = useWorklistNeighbours();
  const navigate = useNavigate();
  const open = useOpenAssignment();
  if (assignment === null || toDo === undefined) return null;
  if (toDo === null) {
    return (
      <Button size="xs" variant="light" component={Link} to="/worklist">
        All read: to the worklist
      </Button>
    );
  }
  const go = () => {
    if (toDo.label_set !== null) void navigate(roomOf(toDo));
    else open.mutate(toDo.assignment, { onSuccess: () => void navigate(roomOf(toDo)) });
  };
  return (
    <Button size="xs" rightSection={<IconArrowRight size={14} />} loading={open.isPending} onClick={go}>
      Next image
    </Button>
  );
}

export function ReadingRoomBar(props: {
  image: FundusImage;
  sets: readonly LabelSet[];
  chosen: number | null;
  /** Regions of the chosen set now, edits included; null until it is open. */
  regionsNow: number | null;
  onChoose: (id: number | null) => void;
  /** The disagreement that is settled here. */
  caseId: number | null;
  children: ReactNode;
}) {
  const { image, sets, chosen, regionsNow, onChoose } = props;
  const fromWorklist = useWorklistNeighbours().assignment !== null;
  const { back, to } = wayBack(image, fromWorklist, props.caseId);
  const count = (set: LabelSet) =>
    set.id === chosen ? (regionsNow ?? set.regions_count) : set.regions_count;
  return (
    <header className="reading-room-bar">
      <Tooltip label={back}>
        <ActionIcon component={Link} to={to} variant="subtle" color="gray" size="lg" aria-label={back}>
          <IconArrowLeft size={20} />
        </ActionIcon>
      </Tooltip>
      <Text fw={650} truncate>
        {image.patient_code}
      </Text>
      <WorklistSteps />
      {fromWorklist ? <Text size="sm">{eyeName(image.eye)}</Text> : <Siblings image={image} />}
      <ImageFacts image={image.id} />
      <Group gap="sm" ml="auto" wrap="nowrap">
        {props.children}
        {sets.length > 0 && (
          <NativeSelect
            size="xs"
            w={{ base: 250, xl: 360 }}
            aria-label="Labels shown"
            value={chosen === null ? "" : String(chosen)}
            onChange={(event) =>
              onChoose(event.currentTarget.value ? Number(event.currentTarget.value) : null)
            }
            data={[
              { value: "", label: "No labels shown" },
              ...sets.map((set) => ({
                value: String(set.id),
                label: `${set.source_title || set.author_name || set.source} · ${set.state} · ${plural(count(set), "region")}`,
              })),
            ]}
          />
        )}
      </Group>
    </header>
  );
}

function wayBack(image: FundusImage, fromWorklist: boolean, caseId: number | null) {
  if (caseId !== null) return { back: "Back to the disagreement", to: `/disagreements/${caseId}` };
  if (fromWorklist) return { back: "Back to the worklist", to: "/worklist" };
  return { back: "Back to the patient", to: `/patients/${image.patient}` };
}

/** An adjudication is not handed in: it settles a disagreement. */
export function SettleButton(props: { busy: boolean; onSettle: () => void }) {
  return (
    <Button size="xs" leftSection={<IconGavel size={14} />} loading={props.busy} onClick={props.onSettle}>
      Settle
    </Button>
  );
}

export function SubmitButton(props: { busy: boolean; onSubmit: () => void }) {
  return (
    <Button size="xs" leftSection={<IconSend size={14} />} loading={props.busy} onClick={props.onSubmit}>
      Submit
    </Button>
  );
}

/** A correction is not handed in: the review that it belongs to is signed. */
export function BackToReview(props: { patient: number; flush: () => Promise<boolean> }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const back = async () => {
    await props.flush();
    await queries.invalidateQueries({ queryKey: keys.reviews });
    await navigate(`/review/${props.patient}`);
  };
  return (
    <Button size="xs" leftSection={<IconGavel size={14} />} onClick={() => void back()}>
      Back to the review
    </Button>
  );
}
