import { Alert, Button, Checkbox, Group, Select, Stack, Table, Text, Title } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";
import { useState } from "react";
import { useStartChosen, useLabelsPreview, type LabelsPreview } from "@/api/imports";
import type { Import, LesionClass } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { plural } from "@/lib/format";
import { AcceptAtOnce } from "./CheckBoxes";
import {
  decidedMeanings,
  guessedMeanings,
  likelyAttribute,
  shapesInWords,
  undecided,
  whyNothingToCheck,
  withoutArea,
  type Meanings,
} from "./labelMapping";

const LEAVE_OUT = "leave out";
const NO_ATTRIBUTE = "no attribute";

/** After a VIA or COCO file was sent: what each of its values means, then a check of every row. */
export function LabelMapping({ one }: { one: Import }) {
  const preview = useLabelsPreview(one.id);
  const { projects } = useSessionUser();
  const classes = projects.find(({ id }) => id === one.project)?.lesion_classes ?? [];
  return (
    <QueryView query={preview}>
      {(found) => <MappingForm one={one} preview={found} classes={classes} />}
    </QueryView>
  );
}

function MappingForm(props: { one: Import; preview: LabelsPreview; classes: readonly LesionClass[] }) {
  const { one, preview, classes } = props;
  const start = useStartChosen();
  const [attribute, setAttribute] = useState(() => likelyAttribute(preview));
  const [meanings, setMeanings] = useState<Meanings>(() => guessedMeanings(preview, attribute));
  const [closePolylines, setClosePolylines] = useState(preview.close_polylines);
  const [accept, setAccept] = useState(one.accept);
  const values = preview.attributes.find(({ name }) => name === attribute);
  const chosen = decidedMeanings(meanings);
  const off = classes.filter(({ code, enabled }) => !enabled && Object.values(chosen).includes(code));
  const options =
    one.kind === "via"
      ? { attribute, classes: chosen, close_polylines: closePolylines }
      : { classes: chosen };
  const open = undecided(preview, attribute, meanings);
  const nothing = whyNothingToCheck(preview, attribute, meanings);
  return (
    <>
      <FileInWords preview={preview} closePolylines={closePolylines} />
      <section className="card">
        <Stack>
          <Title order={2}>What the labels mean</Title>
          {one.kind === "via" && (
            <Select
              label="The lesion is named by"
              maw={360}
              allowDeselect={false}
              data={preview.attributes.map(({ name }) => ({
                value: name || NO_ATTRIBUTE,
                label: name || "no attribute: all regions alike",
              }))}
              value={attribute || NO_ATTRIBUTE}
              onChange={(picked) => {
                const name = picked === NO_ATTRIBUTE ? "" : (picked ?? "");
                setAttribute(name);
                setMeanings(guessedMeanings(preview, name));
              }}
            />
          )}
          <Table maw={720} verticalSpacing={4} aria-label="Values and classes">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Value in the file</Table.Th>
                <Table.Th ta="right">Regions</Table.Th>
                <Table.Th>Becomes</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {values?.values.map(({ value, called, regions }) => (
                <Table.Tr key={value}>
                  <Table.Td>
                    {value || (
                      <Text span c="dimmed">
                        {attribute ? "not given" : "every region"}
                      </Text>
                    )}
                    {called && called !== value && (
                      <Text span c="dimmed">
                        {" "}
                        ({called})
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
                      onChange={(code) =>
                        setMeanings({ ...meanings, [value]: code === LEAVE_OUT ? "" : code })
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
          {off.length > 0 && (
            <Text size="sm">
              {off.map(({ name }) => name).join(", ")}{" "}
              {off.length === 1
                ? "is switched off in this project: importing switches it on."
                : "are switched off in this project: importing switches them on."}
            </Text>
          )}
          {open > 0 && !nothing && (
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
          <AcceptAtOnce checked={accept} onChange={setAccept} />
          {start.isError && <ErrorNotice error={start.error} />}
          <Group>
            <Button
              leftSection={<IconChecklist size={16} />}
              loading={start.isPending}
              disabled={nothing !== null}
              onClick={() =>
                start.mutate({
                  id: one.id,
                  choices: {
                    accept,
                    dry_run: true,
                    skip_bad_rows: false,
                    options,
                  },
                })
              }
            >
              Check
            </Button>
            <Text size="sm" c="dimmed">
              {nothing ?? "Every row is checked. Nothing is imported yet."}
            </Text>
          </Group>
        </Stack>
      </section>
    </>
  );
}

function FileInWords({ preview, closePolylines }: { preview: LabelsPreview; closePolylines: boolean }) {
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
