import { Button, Group, Stack, Text } from "@mantine/core";
import { IconBrain } from "@tabler/icons-react";
import { useState } from "react";
import { useStartPrediction } from "@/api/mutations";
import { useSessionUser } from "@/app/session";
import { FollowedJob } from "@/components/FollowedJob";
import { ErrorNotice } from "@/components/states";

/** After images came in: one button has the champions look at whatever they have not judged yet. */
export function PredictNew() {
  const { can, project } = useSessionUser();
  const predict = useStartPrediction();
  const [job, setJob] = useState<string | null>(null);
  if (!project || !can("predictions.start")) return null;
  if (job) return <FollowedJob id={job} onClose={() => setJob(null)} />;
  return (
    <section className="card" aria-label="Predict the new images">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text size="sm">
            The champions can look at the new images now: lesions and a DR decision then stand beside each
            patient. Images they have judged already are skipped.
          </Text>
          <Button
            leftSection={<IconBrain size={16} />}
            loading={predict.isPending}
            onClick={() =>
              predict.mutate({ project: project.id }, { onSuccess: (started) => setJob(started.id) })
            }
          >
            Predict new images
          </Button>
        </Group>
        {predict.isError && <ErrorNotice error={predict.error} />}
      </Stack>
    </section>
  );
}
