import { Button, Stack, Table, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { formatBytes, plural } from "@/lib/format";
import { fileKind, pathOf } from "./files";

export function FileList({ files, onRemove }: { files: readonly File[]; onRemove: (file: File) => void }) {
  const images = files.filter(({ name }) => fileKind(name) === "image");
  const archives = files.filter(({ name }) => fileKind(name) === "archive");
  const tables = files.filter(({ name }) => !["image", "archive"].includes(fileKind(name)));
  const table = tables.length === 1 ? tables[0] : undefined;
  const told = [
    images.length > 0 && plural(images.length, "image"),
    archives.length > 0 && plural(archives.length, "archive"),
    table && `${images.length > 0 ? "the table " : ""}${table.name}`,
    tables.length > 1 && plural(tables.length, "table"),
  ].filter(Boolean);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <Stack gap="xs">
      <Text size="sm">
        {told.join(", ")} · {formatBytes(bytes)}
      </Text>
      <Table.ScrollContainer minWidth={300} mah={260}>
        <Table verticalSpacing={2}>
          <Table.Tbody>
            {files.slice(0, 200).map((file) => (
              <Table.Tr key={pathOf(file)}>
                <Table.Td>{pathOf(file)}</Table.Td>
                <Table.Td ta="right">{formatBytes(file.size)}</Table.Td>
                <Table.Td w={40}>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="gray"
                    aria-label={`Leave out ${file.name}`}
                    onClick={() => onRemove(file)}
                  >
                    <IconX size={14} />
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {files.length > 200 && (
        <Text size="xs" c="dimmed">
          and {files.length - 200} more
        </Text>
      )}
    </Stack>
  );
}
