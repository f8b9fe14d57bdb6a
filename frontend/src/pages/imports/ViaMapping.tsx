import { Alert, Button, Checkbox, Group, Select, Stack, Table, Text, Title } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useState } from "react";
import { useStartChosen, useViaPreview, type ViaPreview } from "@/api/imports";
import type { Import, LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { plural } from "@/lib/format";
import {
  guessedMeanings,
  shapesInWords,
  undecided,
  viaOptions,
  withoutArea,
  type Meanings,
} from "./viaMapping";

const LEAVE_OUT = "leave out";
const NO_ATTRIBUTE = "no attribute";

/** After a VIA file was sent: what each of its values means, then a check of every row. */
export function ViaMapping({ one }: { one: Import }) {
  const preview = useViaPreview(one.id);
  const { projects } = useSessionUser();
  const classes = projects.find(({ id }) => id === one.project)?.lesion_classes ?? [];
  return (
    <QueryView query={preview}>
      {(found) => (
        <MappingForm one={one} preview={found} classes={classes.filter(({ enabled }) => enabled)} />
      )}
    </QueryView>
  );
}

function MappingForm(props: { one: Import; preview: ViaPreview; classes: readonly LesionClass[] }) {
  const { one, preview, classes } = props;
  const start = useStartChosen();
  const [attribute, setAttribute] = useState(preview.attribute);
  const [meanings, setMeanings] = useState<Meanings>(() => guessedMeanings(preview, preview.attribute));
  const [closePolylines, setClosePolylines] = useState(preview.close_polylines);
  const [accept, setAccept] = useState(one.accept);
  const values = preview.attributes.find(({ name }) => name === attribute);
  const open = undecided(preview, attribute, meanings);
  return (
    <>
      <FileInWords preview={preview} closePolylines={closePolylines} />
      <section className="card">
        <Stack>
          <Title order={2}>What the labels mean</Title>
          <Select
            label="The lesion is named by"
            maw={360}
            allowDeselect={false}
            data={preview.attributes.map(({ name }) => ({
              value: name || NO_ATTRIBUTE,
              label: name || "no attribute: all regions alike",
            }))}
            value={attribute || NO_ATTRIBUTE}
            onChange={(chosen) => {
              const name = chosen === NO_ATTRIBUTE ? "" : (chosen ?? "");
              setAttribute(name);
              setMeanings(guessedMeanings(preview, name));
            }}
          />
          <Table maw={720} verticalSpacing={4} aria-label="Values and classes">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Value in the file</Table.Th>
                <Table.Th ta="right">Regions</Table.Th>
                <Table.Th>Becomes</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {values?.values.map(({ value, regions }) => (
                <Table.Tr key={value}>
                  <Table.Td>
                    {value || (
                      <Text span c="dimmed">
                        {attribute ? "not given" : "every region"}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{regions}</Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`${value || "not given"} becomes`}
                      placeholder="Choose a class"
                      clearable
                      error={(meanings[value] ?? null) === null}
                      data={[
                        ...classes.map(({ code, name }) => ({ value: code, label: name })),
                        { value: LEAVE_OUT, label: "Leave out" },
                      ]}
                      value={meanings[value] === "" ? LEAVE_OUT : (meanings[value] ?? null)}
                      onChange={(chosen) =>
                        setMeanings({ ...meanings, [value]: chosen === LEAVE_OUT ? "" : chosen })
                      }
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {values && values.others > 0 && (
            <Text size="sm" c="dimmed">
              {plural(values.others, "region")} of further values are not listed: this attribute holds free
              text.
            </Text>
          )}
          {open > 0 && (
            <Text size="sm" c="orange">
              {plural(open, "region")} without a class: the check will refuse them.
            </Text>
          )}
          {(preview.shapes["polyline"] ?? 0) > 0 && (
            <Checkbox
              label="Close polylines into outlines"
              description="A polyline has no area of its own. Tick this when its ends were meant to meet."
              checked={closePolylines}
              onChange={(event) => setClosePolylines(event.currentTarget.checked)}
            />
          )}
          <Checkbox
            label="Accept the labels at once"
            description="They can be trained on without anyone judging them first. For labels that were checked elsewhere."
            checked={accept}
            onChange={(event) => setAccept(event.currentTarget.checked)}
          />
          {start.isError && <ErrorNotice error={start.error} />}
          <Group>
            <Button
              leftSection={<IconChecklist size={16} />}
              loading={start.isPending}
              onClick={() =>
                start.mutate({
                  id: one.id,
                  choices: {
                    accept,
                    dry_run: true,
                    skip_bad_rows: false,
                    options: viaOptions(attribute, meanings, closePolylines),
                  },
                })
              }
            >
              Check
            </Button>
            <Text size="sm" c="dimmed">
              Every row is checked. Nothing is imported yet.
            </Text>
          </Group>
        </Stack>
      </section>
    </>
  );
}

function FileInWords({ preview, closePolylines }: { preview: ViaPreview; closePolylines: boolean }) {
  const lost = withoutArea(preview.shapes, closePolylines);
  return (
    <section className="card">
      <Stack gap="xs">
        <Text>
          {plural(preview.regions, "region")} of {plural(preview.images, "image")}:{" "}
          {shapesInWords(preview.shapes)}.
        </Text>
        {!preview.complete && (
          <Text size="sm" c="dimmed">
            The file is long: these counts are of its beginning. The check reads all of it.
          </Text>
        )}
        {lost > 0 && (
          <Text size="sm" c="orange">
            {plural(lost, "region")} without an area (points and lines): reported, not imported.
          </Text>
        )}
        {preview.unreadable > 0 && (
          <Text size="sm" c="orange">
            {plural(preview.unreadable, "row")} can’t be read; the check says which and why.
          </Text>
        )}
        {preview.unknown_images > 0 && (
          <Alert
            color="orange"
            title={`${plural(preview.unknown_images, "file name")} not known in this project`}
          >
            {preview.unknown_names.join(", ")}
            {preview.unknown_images > preview.unknown_names.length && " and others"}. Import the images first,
            under these names; other rows can go in without them.
          </Alert>
        )}
      </Stack>
    </section>
  );
}
