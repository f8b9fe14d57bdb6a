import { Button, Group, Stack, Text } from "@mantine/core";
import { IconBrain } from "@tabler/icons-react";
import { useState } from "react";
import { useStartPrediction } from "@/api/mutations";
import { useOutdated } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { FollowedJob } from "@/components/FollowedJob";
import { ErrorNotice } from "@/components/states";
import { newImagesInWords } from "./newImages";

/** After images came in: one button has the champions look at whatever they have not judged yet. */
export function PredictNew() {
  const { can, project } = useSessionUser();
  const waiting = useOutdated(project?.id, can("predictions.start"));
  const predict = useStartPrediction();
  const [job, setJob] = useState<string | null>(null);
  if (!project || !can("predictions.start")) return null;
  if (job) return <FollowedJob id={job} onClose={() => setJob(null)} />;
  if (!waiting.data) return null;
  const { text, button } = newImagesInWords(waiting.data);
  return (
    <section className="card" aria-label="Predict the new images">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm">{text}</Text>
          {button && (
            <Button
              leftSection={<IconBrain size={16} />}
              loading={predict.isPending}
              onClick={() =>
                predict.mutate(
                  { project: project.id, new: true },
                  { onSuccess: (started) => setJob(started.id) },
                )
              }
            >
              {button}
            </Button>
          )}
        </Group>
        {predict.isError && <ErrorNotice error={predict.error} />}
      </Stack>
    </section>
  );
}
