import { Alert, Button, Group, Text } from "@mantine/core";
import { IconBrain, IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { useStartPrediction } from "@/api/mutations";
import { useOutdated } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { plural } from "@/lib/format";
import { FollowedJob } from "./FollowedJob";
import { ErrorNotice } from "./states";

/** After a promotion: how many images still show an earlier model's word, and a button that mends it. */
export function PredictAgain() {
  const { can, project } = useSessionUser();
  const outdated = useOutdated(project?.id, can("predictions.start"));
  const predict = useStartPrediction();
  const [job, setJob] = useState<string | null>(null);
  const images = outdated.data?.images ?? 0;
  if (job) return <FollowedJob id={job} onClose={() => setJob(null)} />;
  if (!project || images === 0) return null;
  return (
    <Alert color="yellow" variant="light" icon={<IconHistory size={18} />} data-outdated={images}>
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          The decisions of {plural(images, "image")} were made before the models of today were promoted.
        </Text>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconBrain size={14} />}
          loading={predict.isPending}
          onClick={() =>
            predict.mutate(
              { project: project.id, outdated: true },
              { onSuccess: (started) => setJob(started.id) },
            )
          }
        >
          Predict again ({plural(images, "image")})
        </Button>
      </Group>
      {predict.isError && <ErrorNotice error={predict.error} />}
    </Alert>
  );
}
