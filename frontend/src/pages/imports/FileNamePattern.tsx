import { Button, Code, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useFileNamePattern, useFileNamePreview, useSetFileNamePattern } from "@/api/imagesIn";
import { ApiError } from "@/api/errors";
import { eyeName, plural } from "@/lib/format";

const SHOWN = 4; // of those that fit, and of the others
const ASKED = 200;

/** What file names tell, tried on the files that were chosen: the project's rule, or as typed for this import. */
export function FileNamePattern(props: {
  project: number;
  names: readonly string[];
  /** Null: as the project has it. */
  typed: string | null;
  onType: (typed: string) => void;
}) {
  const { project, names, typed, onType } = props;
  const kept = useFileNamePattern(project);
  const save = useSetFileNamePattern(project);
  const pattern = (typed ?? kept.data?.pattern ?? "").trim();
  const [asked] = useDebouncedValue(pattern, 300);
  const preview = useFileNamePreview(project, asked, names.slice(0, ASKED));
  const wrong = preview.error ?? save.error;
  const changed = kept.data !== undefined && pattern !== kept.data.pattern;
  const read = asked && !preview.isError ? preview.data : undefined;
  const shown = [true, false].flatMap(
    (fits) => read?.names.filter((one) => one.fits === fits).slice(0, SHOWN) ?? [],
  );
  return (
    <Stack gap="xs">
      <Group align="end" gap="xs">
        <TextInput
          label="What file names tell"
          description="Patient and eye by the names of these files. A labels CSV wins over it."
          placeholder="{patient}_{eye}"
          w={460}
          value={typed ?? kept.data?.pattern ?? ""}
          error={wrong instanceof ApiError ? `${wrong.message} ${wrong.remedy}` : undefined}
          onChange={(event) => onType(event.currentTarget.value)}
        />
        {changed && (
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate(pattern)}>
            {pattern ? "Keep for next time" : "Use none next time"}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        Placeholders: <Code>{"{patient}"}</Code> <Code>{"{eye}"}</Code> (OD, OS, R, L, right, left){" "}
        <Code>{"{date}"}</Code> <Code>{"{field}"}</Code> <Code>{"{any}"}</Code>; with <Code>/</Code> also the
        folders, as in <Code>{"{patient}/{eye}{any}"}</Code>.
      </Text>
      {read && (
        <>
          <Text size="sm">
            {read.fitting === read.names.length
              ? `All ${plural(read.names.length, "name")} fit${read.names.length === 1 ? "s" : ""}.`
              : `${read.fitting} of ${plural(read.names.length, "name")} fit; whose the others are stays open.`}
            {names.length > ASKED && ` The first ${ASKED} of ${names.length} were tried.`}
          </Text>
          <Table.ScrollContainer minWidth={420}>
            <Table verticalSpacing={2} maw={720}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>File</Table.Th>
                  <Table.Th>Patient</Table.Th>
                  <Table.Th>Eye</Table.Th>
                  <Table.Th>Date</Table.Th>
                  <Table.Th>Field</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {shown.map((one) => (
                  <Table.Tr key={one.name}>
                    <Table.Td>{one.name}</Table.Td>
                    {one.fits ? (
                      <>
                        <Table.Td>{one.patient || "–"}</Table.Td>
                        <Table.Td>{one.eye ? eyeName(one.eye) : "–"}</Table.Td>
                        <Table.Td>{one.exam_date ?? "–"}</Table.Td>
                        <Table.Td>{one.field || "–"}</Table.Td>
                      </>
                    ) : (
                      <Table.Td colSpan={4} c="dimmed">
                        does not fit
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
                {read.names.length > shown.length && (
                  <Table.Tr>
                    <Table.Td colSpan={5} c="dimmed">
                      and {read.names.length - shown.length} more
                    </Table.Td>
                  </Table.Tr>
                )}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </Stack>
  );
}
