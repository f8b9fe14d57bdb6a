import { ActionIcon, Button, Group, Stack, Text, Textarea, UnstyledButton } from "@mantine/core";
import { IconMapPin, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Pin, Places } from "./usePlaces";

/** Comments at a place: a click on one brings its place into view. */
export function Pins({ places, editing }: { places: Places; editing: boolean }) {
  const { pins, placing, draft } = places;
  const [edited, setEdited] = useState<string | null>(null);
  if (!editing && pins.length === 0) return null;
  return (
    <section className="side-section" aria-label="Comments in the picture">
      <span className="side-title">Comments in the picture</span>
      <Stack gap="xs">
        {pins.map((pin, index) =>
          edited === pin.uuid ? (
            <PinText
              key={pin.uuid}
              text={pin.text}
              onKeep={(text) => {
                places.editPin(pin.uuid, text);
                setEdited(null);
              }}
              onDrop={() => setEdited(null)}
            />
          ) : (
            <PinRow
              key={pin.uuid}
              number={index + 1}
              pin={pin}
              editing={editing}
              onShow={() => places.flyTo(pin)}
              onEdit={() => setEdited(pin.uuid)}
              onRemove={() => places.removePin(pin.uuid)}
            />
          ),
        )}
        {draft && <PinText text="" onKeep={places.keepDraft} onDrop={places.dropDraft} />}
        {editing && !draft && (
          <Button
            size="xs"
            variant={placing === "pin" ? "filled" : "default"}
            aria-pressed={placing === "pin"}
            leftSection={<IconMapPin size={14} />}
            onClick={() => places.place("pin")}
          >
            {placing === "pin" ? "Click the place in the picture" : "Pin a comment"}
          </Button>
        )}
      </Stack>
    </section>
  );
}

function PinRow(props: {
  number: number;
  pin: Pin;
  editing: boolean;
  onShow: () => void;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const { number, pin, editing } = props;
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <UnstyledButton onClick={props.onShow} flex={1} aria-label={`Show comment ${number}`}>
        <Group gap="xs" wrap="nowrap" align="start">
          <span className="pin-number">{number}</span>
          <Text size="sm" className="pin-text">
            {pin.text}
          </Text>
        </Group>
      </UnstyledButton>
      {editing && (
        <>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={`Edit comment ${number}`}
            onClick={props.onEdit}
          >
            <IconPencil size={14} />
          </ActionIcon>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={`Delete comment ${number}`}
            onClick={props.onRemove}
          >
            <IconTrash size={14} />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}

function PinText(props: { text: string; onKeep: (text: string) => void; onDrop: () => void }) {
  const [text, setText] = useState(props.text);
  return (
    <Stack gap={4}>
      <Textarea
        size="xs"
        autosize
        autoFocus
        maxLength={2000}
        aria-label="Comment at this place"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Button size="compact-xs" disabled={text.trim() === ""} onClick={() => props.onKeep(text.trim())}>
          Keep
        </Button>
        <Button size="compact-xs" variant="default" onClick={props.onDrop}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
