import { Button, Stack, Table, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { formatBytes, plural } from "@/lib/format";
import { fileKind } from "./files";

export function FileList({ files, onRemove }: { files: readonly File[]; onRemove: (file: File) => void }) {
  const images = files.filter(({ name }) => fileKind(name) === "image");
  const table = files.find(({ name }) => fileKind(name) !== "image");
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <Stack gap="xs">
      <Text size="sm">
        {images.length > 0 && plural(images.length, "image")}
        {images.length > 0 && table && " and "}
        {table && `${images.length > 0 ? "the table " : ""}${table.name}`} · {formatBytes(bytes)}
      </Text>
      <Table.ScrollContainer minWidth={300} mah={260}>
        <Table verticalSpacing={2}>
          <Table.Tbody>
            {files.slice(0, 200).map((file) => (
              <Table.Tr key={file.name}>
                <Table.Td>{file.name}</Table.Td>
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
