import { Badge, Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useBurnedText, useDecideBurnedText, type TextState } from "@/api/imagesIn";
import { Pager } from "@/components/parts";
import { ErrorNotice, QueryView } from "@/components/states";
import { eyeName, plural } from "@/lib/format";

const STATES: Readonly<Record<TextState, { readonly label: string; readonly color: string }>> = {
  found: { label: "to decide", color: "orange" },
  blanked: { label: "blanked", color: "green" },
  dismissed: { label: "stays", color: "gray" },
};

/** Writing that was found in the corners of an import's pictures, to blank it or to let it be. */
export function BurnedText({ batch }: { batch: number }) {
  const [page, setPage] = useState(1);
  const found = useBurnedText(batch, page);
  const decide = useDecideBurnedText();
  return (
    <section className="card" aria-labelledby="burned-text">
      <QueryView query={found}>
        {({ results, count }) => (
          <Stack>
            <Group justify="space-between" align="start">
              <Stack gap={2} maw={720}>
                <Title order={2} id="burned-text">
                  Writing in the corners of {plural(count, "picture")}
                </Title>
                <Text size="sm" c="dimmed">
                  Cameras write names, numbers and dates there. Blanked writing is gone from every picture
                  that is shown or exported; shapes stay where they are. You can change your mind later.
                </Text>
              </Stack>
              <Group gap="xs">
                <Button
                  loading={decide.isPending}
                  disabled={!results.some(({ state }) => state === "found")}
                  onClick={() => decide.mutate({ state: "blanked", batch })}
                >
                  Blank all
                </Button>
                <Button
                  variant="default"
                  disabled={decide.isPending || !results.some(({ state }) => state === "found")}
                  onClick={() => decide.mutate({ state: "dismissed", batch })}
                >
                  Let all be
                </Button>
              </Group>
            </Group>
            {decide.isError && <ErrorNotice error={decide.error} />}
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
              {results.map((one) => (
                <Stack key={one.id} gap={6} className="burned-text" data-state={one.state}>
                  <img
                    src={`/api/images/${one.id}/burned-text/picture/`}
                    alt={`Writing in ${one.source_name}`}
                    loading="lazy"
                  />
                  <Group justify="space-between" wrap="nowrap">
                    <Text size="sm" truncate title={one.source_name}>
                      {one.source_name} · {eyeName(one.eye)}
                    </Text>
                    <Badge color={STATES[one.state].color} variant="light">
                      {STATES[one.state].label}
                    </Badge>
                  </Group>
                  <Group gap="xs">
                    {one.state !== "blanked" && (
                      <Button
                        size="compact-sm"
                        variant="light"
                        onClick={() => decide.mutate({ state: "blanked", images: [one.id] })}
                      >
                        Blank it
                      </Button>
                    )}
                    {one.state !== "dismissed" && (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="gray"
                        onClick={() => decide.mutate({ state: "dismissed", images: [one.id] })}
                      >
                        Let it be
                      </Button>
                    )}
                  </Group>
                </Stack>
              ))}
            </SimpleGrid>
            {count > 12 && <Pager page={page} count={count} pageSize={12} noun="picture" onPage={setPage} />}
          </Stack>
        )}
      </QueryView>
    </section>
  );
}
