import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconPlayerStop, IconPlugConnectedX } from "@tabler/icons-react";
import { useCancelJob } from "@/api/mutations";
import { isActive, useHealth } from "@/api/queries";
import type { Job } from "@/api/types";
import { StateBadge } from "./badges";
import { ErrorNotice } from "./states";
import { ApiError } from "@/api/errors";

/** Says why a queued job does not start: nobody seen who could take it. */
function WaitingNote({ job }: { job: Job }) {
  const health = useHealth(job.state === "queued").data;
  if (job.state !== "queued" || !health) return null;
  const served = health.workers.some(({ alive, queues }) => alive && queues.includes(job.queue));
  if (health.broker.ok && served) return null;
  return (
    <Group gap={6} c="orange" wrap="nowrap">
      <IconPlugConnectedX size={16} />
      <Text size="sm">
        Queued – workers not reachable. It is kept and starts by itself once they are back.
      </Text>
    </Group>
  );
}

/** A job's state, progress, error and cancel button. */
export function JobProgress({ job, canCancel = true }: { job: Job; canCancel?: boolean }) {
  const cancel = useCancelJob();
  const active = isActive(job.state);
  const known = job.progress_total > 0;
  const share = known ? (100 * job.progress_done) / job.progress_total : 0;
  return (
    <Stack gap="xs" data-job-state={job.state}>
      <Group justify="space-between" gap="sm" wrap="nowrap">
        <Group gap="sm" wrap="nowrap">
          <StateBadge state={job.state} />
          <Text size="sm" c="dimmed" lineClamp={1}>
            {job.state === "failed" ? "" : job.progress_message}
            {known && active ? ` (${job.progress_done} of ${job.progress_total})` : ""}
            {job.attempt > 1 ? ` · attempt ${job.attempt} of ${job.max_attempts}` : ""}
          </Text>
        </Group>
        {active && canCancel && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerStop size={14} />}
            loading={cancel.isPending}
            disabled={job.cancel_requested}
            onClick={() => cancel.mutate(job.id)}
          >
            {job.cancel_requested ? "Cancelling…" : "Cancel"}
          </Button>
        )}
      </Group>
      {active && (
        <Progress
          value={known ? share : job.state === "queued" ? 0 : 100}
          // Moving stripes redraw all the time: only where nothing else shows that it goes on.
          animated={!known && job.state === "running"}
          color={job.state === "queued" ? "gray" : "fovea"}
          aria-label="Progress"
        />
      )}
      <WaitingNote job={job} />
      {job.state === "failed" && (
        <ErrorNotice
          error={
            new ApiError({
              code: job.error_code,
              message: job.error_message || "The job failed.",
              remedy: job.error_remedy,
              status: 0,
            })
          }
        />
      )}
      {cancel.isError && <ErrorNotice error={cancel.error} />}
    </Stack>
  );
}
