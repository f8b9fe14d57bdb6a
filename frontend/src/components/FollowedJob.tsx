import { CloseButton, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import { isActive, useJob } from "@/api/queries";
import { jobTitle } from "@/lib/jobKinds";
import { JobProgress } from "./JobProgress";
import { QueryView } from "./states";

/** A job started from this page, followed until it ends; then everything it may have changed is asked again. */
export function FollowedJob({ id, onClose }: { id: string; onClose: () => void }) {
  const job = useJob(id);
  const queries = useQueryClient();
  const ended = job.data !== undefined && !isActive(job.data.state);
  useEffect(() => {
    if (!ended) return;
    for (const queryKey of [keys.patients, keys.decisions, keys.images, keys.readiness]) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [ended, queries]);
  return (
    <section className="card">
      <QueryView query={job}>
        {(data) => (
          <>
            <Group justify="space-between" mb="xs">
              <Text fw={600} size="sm">
                {jobTitle(data)}
              </Text>
              {ended && <CloseButton aria-label="Dismiss" onClick={onClose} />}
            </Group>
            <JobProgress job={data} />
          </>
        )}
      </QueryView>
    </section>
  );
}
