import { Table, Text } from "@mantine/core";
import type { Anatomy as Figures } from "@/api/types";
import { humanize } from "@/lib/format";

const ROWS = ["superior_temporal", "superior_nasal", "inferior_temporal", "inferior_nasal"] as const;

/** What disc and fovea say about the lesions, as saved. */
export function Anatomy({ anatomy, withDisc }: { anatomy: Figures; withDisc: boolean }) {
  const { quadrants, disc_diameter_px: diameter, disc_diameter_from: from } = anatomy;
  const { exudate_to_fovea_dd: distance, exudate_to_fovea_px: pixels } = anatomy;
  const codes = [...new Set(Object.values(quadrants ?? {}).flatMap((counts) => Object.keys(counts)))].sort();
  return (
    <div data-testid="anatomy">
      {withDisc && diameter !== null && (
        <Text size="sm">
          Disc diameter {Math.round(diameter)} px
          {from === "distance" ? ", reckoned from the way to the fovea" : ""}
        </Text>
      )}
      {pixels !== null && (
        <Text size="sm">
          Nearest exudate{" "}
          {distance === null ? `${Math.round(pixels)} px` : `${distance.toFixed(1)} disc diameters`} from the
          fovea
        </Text>
      )}
      {quadrants && codes.length > 0 && (
        <Table verticalSpacing={2} fz="xs" aria-label="Lesions by quadrant">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Quadrant</Table.Th>
              {codes.map((code) => (
                <Table.Th key={code} ta="end">
                  {code}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ROWS.map((name) => (
              <Table.Tr key={name}>
                <Table.Td>{humanize(name)}</Table.Td>
                {codes.map((code) => (
                  <Table.Td key={code} ta="end">
                    {quadrants[name]?.[code] ?? 0}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  );
}
