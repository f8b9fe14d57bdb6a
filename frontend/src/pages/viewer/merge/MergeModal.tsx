import { Alert, Button, Group, Modal, SegmentedControl, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FundusImage, LesionClass, Reading } from "@/api/types";
import { QueryView } from "@/components/states";
import type { ServerVersion } from "@/labelling/document";
import {
  choicesFor,
  hasConflict,
  type AnswerDifference,
  type Choice,
  type RegionDifference,
} from "@/labelling/merge";
import { humanize, plural } from "@/lib/format";
import type { Region } from "@/surface/shapes";
import { loadServerVersion, type OpenedSet } from "../labelSet";
import { VersionPicture } from "./VersionPicture";

const CHOICE_WORDS: Readonly<Record<Choice, string>> = { mine: "Here", theirs: "Server", both: "Both" };

interface Props {
  readonly opened: OpenedSet;
  readonly image: FundusImage;
  readonly classes: readonly LesionClass[];
  readonly onClose: () => void;
}

/** After a 409: both versions side by side, what differs, and one button that puts them together. */
export function MergeModal(props: Props) {
  const { id } = props.opened.set;
  const server = useQuery({
    queryKey: ["label-sets", id, "merge"],
    queryFn: () => loadServerVersion(id),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Modal opened onClose={props.onClose} title="Changed here and elsewhere" size={1100}>
      <Stack>
        <Text size="sm">
          These labels were saved in another place after this page opened them. Nothing of yours was lost or
          sent. Both sides’ changes go together; where both changed the same, choose.
        </Text>
        <QueryView query={server}>{(data) => <Versions {...props} server={data} />}</QueryView>
      </Stack>
    </Modal>
  );
}

function Versions({ opened, image, classes, onClose, server }: Props & { server: ServerVersion<Reading> }) {
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const { doc } = opened;
  const shown = doc.getSnapshot().regions;
  const found = doc.compare(server);
  const choose = (key: string, choice: Choice) => setChoices((before) => new Map(before).set(key, choice));
  const marked = (side: (difference: RegionDifference) => Region | null) =>
    found.regions.flatMap((difference, index) => {
      const region = side(difference);
      return region ? [{ number: index + 1, region }] : [];
    });
  const nameOf = (code: string) => classes.find((one) => one.code === code)?.name ?? code;
  return (
    <>
      <SimpleGrid cols={2}>
        <VersionPicture
          title={`Here: ${plural(shown.size, "region")}`}
          image={image}
          regions={shown.values()}
          marked={marked(({ mine }) => mine)}
        />
        <VersionPicture
          title={`On the server: ${plural(server.regions.length, "region")}`}
          image={image}
          regions={server.regions}
          marked={marked(({ theirs }) => theirs)}
        />
      </SimpleGrid>
      {hasConflict(found) && (
        <Alert color="orange" variant="light" p="xs">
          Both sides changed the same in the rows with a choice.
        </Alert>
      )}
      <div className="merge-list">
        <Table verticalSpacing={4} aria-label="Differences">
          <Table.Tbody>
            {found.regions.map((difference, index) => (
              <DifferenceRow
                key={difference.uuid}
                number={index + 1}
                what={nameOf((difference.mine ?? difference.theirs)?.lesionClass ?? "")}
                happening={difference.happening}
                difference={difference}
                choice={choices.get(difference.uuid) ?? "mine"}
                onChoice={(choice) => choose(difference.uuid, choice)}
              />
            ))}
            {found.answers.map((answer) => (
              <DifferenceRow
                key={answer.name}
                number={null}
                what={humanize(answer.name)}
                happening={`here: ${inWords(answer.mine)} · server: ${inWords(answer.theirs)}`}
                difference={answer as AnswerDifference<never>}
                choice={choices.get(answer.name) ?? "mine"}
                onChoice={(choice) => choose(answer.name, choice)}
              />
            ))}
          </Table.Tbody>
        </Table>
        {found.regions.length + found.answers.length === 0 && (
          <Text size="sm">Both versions are the same by now.</Text>
        )}
      </div>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          onClick={() => {
            doc.resolve(server, choices);
            onClose();
          }}
        >
          Put together and save
        </Button>
      </Group>
    </>
  );
}

function DifferenceRow(props: {
  number: number | null;
  what: string;
  happening: string;
  difference: RegionDifference | AnswerDifference<never>;
  choice: Choice;
  onChoice: (choice: Choice) => void;
}) {
  const { number, what, happening, difference, choice, onChoice } = props;
  return (
    <Table.Tr data-conflict={difference.conflict}>
      <Table.Td w={40}>{number}</Table.Td>
      <Table.Td>{what}</Table.Td>
      <Table.Td>{happening}</Table.Td>
      <Table.Td ta="end">
        {difference.conflict ? (
          <SegmentedControl
            size="xs"
            aria-label={`Which to keep of ${what}${number === null ? "" : ` ${number}`}`}
            value={choice}
            onChange={(value) => onChoice(value as Choice)}
            data={choicesFor(difference).map((value) => ({ value, label: CHOICE_WORDS[value] }))}
          />
        ) : (
          <Text size="xs" c="dimmed">
            {happening.endsWith("there") ? "taken from the server" : "taken from here"}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function inWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return plural(value.length, "comment");
  if (typeof value === "object") return Object.keys(value).map(humanize).join(", ") || "nothing";
  return typeof value === "string" ? humanize(value) : JSON.stringify(value);
}
