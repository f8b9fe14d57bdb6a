import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import { GET, unwrap } from "@/api/client";
import { useSettleCase } from "@/api/disagreements";
import { asApiError } from "@/api/errors";
import type { CheckFinding } from "@/api/types";
import type { OpenedSet } from "../labelSet";
import type { Adjudication } from "./useAdjudication";

/** Saves what is open, looks for faults, asks once more, and settles the disagreement with it. */
export function useSettling(opened: OpenedSet | null, adjudication: Adjudication) {
  const settle = useSettleCase();
  const navigate = useNavigate();
  const [checking, setChecking] = useState(false);
  const [findings, setFindings] = useState<readonly CheckFinding[] | null>(null);
  const one = adjudication.case;

  const run = async () => {
    if (!opened) return;
    setChecking(true);
    settle.reset();
    try {
      if (!(await opened.doc.flush({ seconds: true }))) {
        tell("Not everything is saved yet; settle once it is.");
        return;
      }
      const path = { id: opened.set.id };
      setFindings((await unwrap(GET("/api/label-sets/{id}/checks/", { params: { path } }))).findings);
    } catch (error) {
      tell(asApiError(error).message);
    } finally {
      setChecking(false);
    }
  };

  /** The revisions are those on this page: a reading that changed since is looked at first. */
  const confirm = (comment: string) => {
    const [first, second] = one?.label_sets ?? [];
    if (!opened || !one || !first || !second) return;
    settle.mutate(
      {
        id: one.id,
        base_revision: opened.doc.getSnapshot().revision,
        first_revision: first.revision,
        second_revision: second.revision,
        comment,
      },
      {
        onSuccess: () => {
          opened.lock();
          notifications.show({
            color: "teal",
            title: "Settled",
            message: "Datasets take these labels; both readings stay as they are.",
          });
          void navigate("/disagreements");
        },
        onError: () => adjudication.reload(),
      },
    );
  };

  return {
    run,
    confirm,
    findings,
    error: settle.error,
    close: () => setFindings(null),
    busy: checking || settle.isPending,
  };
}

export type Settling = ReturnType<typeof useSettling>;

function tell(message: string): void {
  notifications.show({ id: "settle", color: "red", message, autoClose: 10_000 });
}
