import { Checkbox, Group, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useComparedImages } from "@/api/queries";
import type { Comparison } from "@/api/types";
import { useLesionName } from "@/app/useLesionName";
import { ImageCells } from "@/components/ImageCells";
import { Pager } from "@/components/parts";
import { EmptyState, QueryView } from "@/components/states";
import { saidOf, truthOf } from "./comparison";

/** The images on which two models disagree most, each with a way into the reading room. */
export function ComparedImages({ comparison }: { comparison: Comparison }) {
  const nameOf = useLesionName();
  const [disagree, setDisagree] = useState(true);
  const [page, setPage] = useState(1);
  const images = useComparedImages(comparison.id, disagree, page);
  const meaning =
    comparison.metric === "auc"
      ? "one calls DR, the other does not"
      : "their lesions share less than half of their area";
  return (
    <div>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Images where the two disagree
          <Text span size="sm" c="dimmed" fw={400}>
            {" "}
            · {meaning}
          </Text>
        </Title>
        <Checkbox
          size="xs"
          label="Show all compared images"
          checked={!disagree}
          onChange={(event) => {
            setDisagree(!event.currentTarget.checked);
            setPage(1);
          }}
        />
      </Group>
      <QueryView query={images}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState title="They agree on every image" />
          ) : (
            <>
              <Table.ScrollContainer minWidth={560}>
                <Table verticalSpacing={4}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th />
                      <Table.Th>Patient</Table.Th>
                      <Table.Th>Label</Table.Th>
                      <Table.Th>This model</Table.Th>
                      <Table.Th>Champion</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((row) => (
                      <Table.Tr key={row.id}>
                        <ImageCells {...row} />
                        <Table.Td>{truthOf(row.truth, nameOf)}</Table.Td>
                        <Table.Td>{saidOf(row.candidate, row.truth, nameOf)}</Table.Td>
                        <Table.Td>{saidOf(row.champion, row.truth, nameOf)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager page={page} count={count} pageSize={25} noun="image" onPage={setPage} />
            </>
          )
        }
      </QueryView>
    </div>
  );
}
