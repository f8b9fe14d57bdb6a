import { Badge, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { PAGE_SIZE } from "@/api/queries";
import { usePromotions } from "@/api/training";
import type { Promotion } from "@/api/types";
import { Pager } from "@/components/parts";
import { QueryView } from "@/components/states";
import { formatWhen } from "@/lib/format";
import { taskTitle } from "../training/tasks";

function ModelLink({ id, name }: { id: string | null; name: string | null }) {
  if (id === null)
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  return (
    <Link to={`/models/${id}`} title={id}>
      <Text component="span" size="sm">
        {name}
      </Text>
    </Link>
  );
}

/** Why it became the champion: the reason given, or the comparison that spoke for it. */
function Why({ promotion }: { promotion: Promotion }) {
  return (
    <>
      {promotion.is_rollback && (
        <Badge variant="light" color="orange" tt="none" mr={6}>
          rolled back
        </Badge>
      )}
      {promotion.reason}
      {promotion.comparison !== null && !promotion.reason && "A comparison with the champion spoke for it."}
      {promotion.one_person_site && (
        <Text size="xs" c="dimmed">
          By the person who trained it, as this site is set to one-person operation.
        </Text>
      )}
    </>
  );
}

/** Every time a model became the champion, newest first; nothing where none ever did. */
export function Promotions({ task }: { task: string }) {
  const [page, setPage] = useState(1);
  const promotions = usePromotions(task, page);
  if (promotions.data?.count === 0) return null;
  return (
    <section className="card" data-flush="true" aria-label="Promotions">
      <Title order={2} p="sm">
        Promotions
      </Title>
      <QueryView query={promotions}>
        {({ results, count }) => (
          <>
            <Table.ScrollContainer minWidth={760}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>When</Table.Th>
                    <Table.Th>Task</Table.Th>
                    <Table.Th>From</Table.Th>
                    <Table.Th>To</Table.Th>
                    <Table.Th>By</Table.Th>
                    <Table.Th>Why</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {results.map((promotion) => (
                    <Table.Tr key={promotion.id}>
                      <Table.Td style={{ whiteSpace: "nowrap" }}>{formatWhen(promotion.at)}</Table.Td>
                      <Table.Td style={{ whiteSpace: "nowrap" }}>{taskTitle(promotion.task)}</Table.Td>
                      <Table.Td>
                        <ModelLink id={promotion.replaced} name={promotion.replaced_name ?? null} />
                      </Table.Td>
                      <Table.Td>
                        <ModelLink id={promotion.model} name={promotion.model_name} />
                      </Table.Td>
                      <Table.Td style={{ whiteSpace: "nowrap" }}>{promotion.by ?? "set-up"}</Table.Td>
                      <Table.Td>
                        <Why promotion={promotion} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Pager page={page} count={count} pageSize={PAGE_SIZE} noun="promotion" onPage={setPage} />
          </>
        )}
      </QueryView>
    </section>
  );
}
