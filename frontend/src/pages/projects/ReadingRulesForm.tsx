import { Button, Group, NumberInput, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Project } from "@/api/types";
import { useSetReadingRules } from "@/api/work";
import { ErrorNotice } from "@/components/states";

/** How often images are read. */
export function ReadingRulesForm({ project }: { project: Project }) {
  const save = useSetReadingRules();
  const [readers, setReaders] = useState<number | string>(project.readers_per_image);
  const [twice, setTwice] = useState<number | string>(project.double_read_percent);
  const [repeats, setRepeats] = useState<number | string>(project.repeat_percent);
  const [level, setLevel] = useState<number | string>(project.lesion_agreement_percent);
  const rules = {
    readers_per_image: Number(readers),
    double_read_percent: Number(twice),
    repeat_percent: Number(repeats),
    lesion_agreement_percent: Number(level),
  };
  const whole = [readers, twice, repeats, level].every((value) => value !== "");
  const changed =
    rules.readers_per_image !== project.readers_per_image ||
    rules.double_read_percent !== project.double_read_percent ||
    rules.repeat_percent !== project.repeat_percent ||
    rules.lesion_agreement_percent !== project.lesion_agreement_percent;
  const submit = () =>
    save.mutate(
      { id: project.id, rules },
      { onSuccess: () => notifications.show({ color: "teal", message: "Saved." }) },
    );
  return (
    <section className="card" aria-label="Reading rules">
      <Stack>
        <div>
          <Title order={2} size="h4">
            How often images are read
          </Title>
          <Text size="sm" c="dimmed">
            For images that are assigned from now on. Readers never see each other’s work before both have
            submitted. Two readings whose answers differ are always to be settled by a third person; two whose
            lesions differ, when fewer are alike than the level says (mean F1 of the classes, 0: never).
          </Text>
        </div>
        <Group align="flex-end" gap="lg">
          <NumberInput
            label="Readers of each image"
            w={190}
            min={1}
            max={10}
            allowDecimal={false}
            clampBehavior="strict"
            value={readers}
            onChange={setReaders}
          />
          <NumberInput
            label="Read by one more person"
            w={210}
            min={0}
            max={100}
            suffix=" %"
            allowDecimal={false}
            clampBehavior="strict"
            value={twice}
            onChange={setTwice}
          />
          <NumberInput
            label="Hidden repeats per person"
            w={210}
            min={0}
            max={100}
            suffix=" %"
            allowDecimal={false}
            clampBehavior="strict"
            value={repeats}
            onChange={setRepeats}
          />
          <NumberInput
            label="Lesions alike, at least"
            w={190}
            min={0}
            max={100}
            suffix=" %"
            allowDecimal={false}
            clampBehavior="strict"
            value={level}
            onChange={setLevel}
          />
          <Button onClick={submit} loading={save.isPending} disabled={!changed || !whole}>
            Save
          </Button>
        </Group>
        {save.isError && <ErrorNotice error={save.error} />}
      </Stack>
    </section>
  );
}
