import { Alert, Anchor, Group, Switch, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { asApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/states";
import { humanize } from "@/lib/format";
import type { Adjudication } from "./useAdjudication";

/** Beside the picture while a disagreement is settled: whose outlines are shown, and what both answered. */
export function ReadersPanel({ adjudication }: { adjudication: Adjudication }) {
  const { settling, case: one, error, claimError, shown, show } = adjudication;
  if (!settling) return null;
  return (
    <section className="side-section" aria-label="Both readings">
      <span className="side-title">Both readings</span>
      {error && <ErrorNotice error={error} onRetry={adjudication.reload} />}
      {claimError && (
        <Alert color="orange" role="status">
          {asApiError(claimError).message}
        </Alert>
      )}
      {one && (
        <>
          {(["first", "second"] as const).map((reader) => (
            <Group key={reader} justify="space-between" wrap="nowrap">
              <Switch
                size="xs"
                label={`Outlines of ${reader === "first" ? one.first_name : one.second_name}`}
                checked={shown[reader]}
                onChange={(event) => show({ [reader]: event.currentTarget.checked })}
              />
              <svg width={44} height={10} aria-hidden data-reader={reader}>
                <path className="readers-line" d="M2 5H42" strokeWidth={3} />
              </svg>
            </Group>
          ))}
          <Switch
            size="xs"
            label="Only what one of them drew"
            checked={shown.onlyAlone}
            onChange={(event) => show({ onlyAlone: event.currentTarget.checked })}
          />
          <Table verticalSpacing={2} horizontalSpacing={4} aria-label="What both answered">
            <Table.Thead>
              <Table.Tr>
                <Table.Th aria-label="Question" />
                <Table.Th>{one.first_name}</Table.Th>
                <Table.Th>{one.second_name}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {one.pair.answers.map(({ field, first, second, agree }) => (
                <Table.Tr key={field} data-agree={agree}>
                  <Table.Td>
                    <Text size="xs" c="dimmed">
                      {humanize(field)}
                    </Text>
                  </Table.Td>
                  {[first, second].map((answer, index) => (
                    <Table.Td key={index}>
                      <Text size="xs" {...(agree ? {} : { c: "orange", fw: 600 })}>
                        {answer || "–"}
                      </Text>
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Anchor component={Link} to={`/disagreements/${one.id}`} size="xs">
            Both readings beside each other
          </Anchor>
        </>
      )}
    </section>
  );
}
