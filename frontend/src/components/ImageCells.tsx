import { Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { eyeName } from "@/lib/format";
import { EyeThumb } from "./parts";

/** The first two cells of a row about an image: its thumbnail and its patient, both ways to open it. */
export function ImageCells({ image, eye, patient }: { image: number; eye: string; patient: string }) {
  return (
    <>
      <Table.Td w={72}>
        <EyeThumb eye={eye} image={{ id: image }} />
      </Table.Td>
      <Table.Td>
        <Link to={`/images/${String(image)}`}>{patient}</Link>
        <Text size="xs" c="dimmed">
          {eyeName(eye)}
        </Text>
      </Table.Td>
    </>
  );
}
