import { Button, Group, Stack, Text } from "@mantine/core";
import { IconCurrentLocation, IconTarget, IconX } from "@tabler/icons-react";
import { useAnatomy } from "@/api/reading";
import { Anatomy } from "./Anatomy";
import { DiscSize } from "./DiscSize";
import { Pins } from "./Pins";
import type { Places } from "./usePlaces";

const LANDMARKS = [
  { name: "disc", title: "Disc", icon: <IconTarget size={14} /> },
  { name: "fovea", title: "Fovea", icon: <IconCurrentLocation size={14} /> },
] as const;

/** Disc and fovea, what they say about the lesions, and comments at a place. */
export function PlacesPanel(props: {
  places: Places;
  labelSet: number;
  revision: number;
  imageWidth: number;
  editing: boolean;
}) {
  const { places, labelSet, revision, editing } = props;
  const { landmarks, placing, proposal } = places;
  const known = landmarks.fovea !== undefined || landmarks.disc !== undefined;
  const anatomy = useAnatomy(labelSet, revision, known);
  return (
    <>
      <section className="side-section" aria-label="Landmarks">
        <span className="side-title">Landmarks</span>
        {editing && (
          <Stack gap="xs">
            <Group gap="xs" grow>
              {LANDMARKS.map(({ name, title, icon }) => (
                <Button.Group key={name}>
                  <Button
                    fullWidth
                    size="xs"
                    variant={placing === name ? "filled" : "default"}
                    aria-pressed={placing === name}
                    leftSection={icon}
                    onClick={() => places.place(name)}
                  >
                    {title}
                    {landmarks[name] ? " ✓" : ""}
                  </Button>
                  {landmarks[name] && (
                    <Button
                      size="xs"
                      px={6}
                      variant="default"
                      aria-label={`Unmark the ${name}`}
                      onClick={() => places.remove(name)}
                    >
                      <IconX size={12} />
                    </Button>
                  )}
                </Button.Group>
              ))}
            </Group>
            {placing && placing !== "pin" && (
              <Text size="xs" role="status">
                Click the middle of the {placing} in the picture. Esc gives up.
              </Text>
            )}
            {landmarks.disc && (
              <DiscSize
                diameter={places.discDiameter}
                byHand={Boolean(landmarks.disc_diameter)}
                imageWidth={props.imageWidth}
                onPreview={places.previewDiscDiameter}
                onChange={places.setDiscDiameter}
              />
            )}
            {proposal && !placing && (
              <Group gap="xs" justify="space-between" wrap="nowrap">
                <Text size="xs" c="dimmed">
                  Proposed:{" "}
                  {[proposal.disc && "disc", proposal.fovea && "fovea"].filter(Boolean).join(" and ")}, dashed
                  in the picture
                </Text>
                <Button size="compact-xs" variant="light" flex="none" onClick={places.accept}>
                  Accept
                </Button>
              </Group>
            )}
          </Stack>
        )}
        {!known && !editing && (
          <Text size="sm" c="dimmed">
            Not marked.
          </Text>
        )}
        {anatomy && <Anatomy anatomy={anatomy} withDisc={!editing || !landmarks.disc} />}
      </section>
      <Pins places={places} editing={editing} />
    </>
  );
}
