import { Button, Group, Modal, MultiSelect, Radio, SegmentedControl, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useUsers } from "@/api/queries";
import type { Project } from "@/api/types";
import { useAssign, type Priority } from "@/api/work";
import { ErrorNotice, QueryView } from "@/components/states";
import { humanize, plural } from "@/lib/format";
import { assignedInWords } from "./assigned";

type Way = "everyone" | "share";

/** How a project's images are shared out, in words. */
export function rulesInWords(project: Project): string {
  const { readers_per_image: readers, double_read_percent: twice, repeat_percent: repeats } = project;
  const parts = [`each image goes to ${readers === 1 ? "one person" : `${readers} people`}`];
  if (twice > 0) parts.push(`${twice} % of the images to one more`);
  if (repeats > 0) parts.push(`${repeats} % of a person’s images come back once, unmarked`);
  return `${parts.join("; ")}.`;
}

/** Assigns some patients, or all images of the project, to people. */
export function AssignModal(props: {
  project: Project;
  /** None: all images of the project. */
  patients?: number[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { project, patients } = props;
  const users = useUsers();
  const assign = useAssign();
  const [chosen, setChosen] = useState<string[]>([]);
  const [way, setWay] = useState<Way>("share");
  const [priority, setPriority] = useState<Priority>(2);
  const what = patients ? plural(patients.length, "patient") : "all images";
  const submit = () =>
    assign.mutate(
      {
        users: chosen.map(Number),
        ...(patients ? { patients } : { project: project.id }),
        share_out: way === "share",
        priority,
      },
      {
        onSuccess: (made) => {
          const message = assignedInWords(made, chosen.length);
          notifications.show({ color: made.new === 0 ? "orange" : "teal", message });
          props.onDone();
        },
      },
    );
  return (
    <Modal opened onClose={props.onClose} title={`Assign ${what}`}>
      <Stack>
        <QueryView query={users}>
          {({ results }) => (
            <MultiSelect
              label="People who label"
              searchable
              data={results
                .filter(({ roles }) => roles.includes("specialist"))
                .map((user) => ({
                  value: String(user.id),
                  label: `${user.full_name || user.username} (${user.roles.map(humanize).join(", ")})`,
                }))}
              value={chosen}
              onChange={setChosen}
              nothingFoundMessage="No specialist found"
            />
          )}
        </QueryView>
        <Radio.Group label="How" value={way} onChange={(next) => setWay(next as Way)}>
          <Stack gap="xs" mt={4}>
            <Radio
              value="share"
              label="Share out evenly"
              description={`By the project’s rules: ${rulesInWords(project)}`}
            />
            <Radio
              value="everyone"
              label="Everybody reads all"
              description="Each chosen person gets every image."
            />
          </Stack>
        </Radio.Group>
        <div>
          <Text size="sm" fw={500} id="priority-label">
            Priority
          </Text>
          <SegmentedControl
            aria-labelledby="priority-label"
            size="xs"
            mt={4}
            value={String(priority)}
            onChange={(next) => setPriority(Number(next) as Priority)}
            data={[
              { value: "1", label: "Urgent" },
              { value: "2", label: "Normal" },
              { value: "3", label: "Low" },
            ]}
          />
        </div>
        {assign.isError && <ErrorNotice error={assign.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button onClick={submit} loading={assign.isPending} disabled={chosen.length === 0}>
            Assign
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
