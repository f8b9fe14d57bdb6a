import { Button, Code, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useFileNamePattern, useFileNamePreview, useSetFileNamePattern } from "@/api/imagesIn";
import { ApiError } from "@/api/errors";
import { eyeName, plural } from "@/lib/format";

const SHOWN = 6;
const ASKED = 200;

/** The project's rule for what file names tell, tried on the files that were chosen. */
export function FileNamePattern({ project, names }: { project: number; names: readonly string[] }) {
  const kept = useFileNamePattern(project);
  const save = useSetFileNamePattern(project);
  const [typed, setTyped] = useState<string | null>(null);
  const pattern = (typed ?? kept.data?.pattern ?? "").trim();
  const [asked] = useDebouncedValue(pattern, 300);
  const preview = useFileNamePreview(project, asked, names.slice(0, ASKED));
  const wrong = preview.error ?? save.error;
  const changed = kept.data !== undefined && pattern !== kept.data.pattern;
  const read = asked && !preview.isError ? preview.data : undefined;
  return (
    <Stack gap="xs">
      <Group align="end" gap="xs">
        <TextInput
          label="What file names tell"
          description="Patient and eye by the names, for all imports of this project. A labels CSV wins over it."
          placeholder="{patient}_{eye}"
          w={460}
          value={typed ?? kept.data?.pattern ?? ""}
          error={wrong instanceof ApiError ? `${wrong.message} ${wrong.remedy}` : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {changed && (
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate(pattern)}>
            {pattern ? "Use this pattern" : "Use no pattern"}
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
              : `${read.fitting} of ${plural(read.names.length, "name")} fit; what the others are stays open.`}
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
                {[...read.names]
                  .sort((one, other) => Number(one.fits) - Number(other.fits))
                  .slice(0, SHOWN)
                  .map((one) => (
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
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </Stack>
  );
}
