import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { GET, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { useSubmitLabels } from "@/api/mutations";
import type { CheckFinding, LabelSet } from "@/api/types";
import type { OpenedSet } from "./labelSet";

/**
 * Saves what is open, looks for faults and oddities, and hands the label set in. `keep` holds it on the page:
 * a reading whose hidden repeat is due is not listed any more from the moment that it is handed in.
 */
export function useSubmission(
  opened: OpenedSet | null,
  keep: (set: LabelSet) => void,
  onSubmitted: () => void,
) {
  const submit = useSubmitLabels();
  const [checking, setChecking] = useState(false);
  const [findings, setFindings] = useState<readonly CheckFinding[] | null>(null);

  const handIn = () => {
    if (!opened) return;
    const handedIn = { id: opened.set.id, revision: opened.doc.getSnapshot().revision };
    keep(opened.set);
    submit.mutate(handedIn, {
      onSuccess: (set) => {
        opened.lock();
        setFindings(null);
        keep(set);
        onSubmitted();
        notifications.hide("submit");
        notifications.show({
          color: "teal",
          title: "Submitted",
          message: "It is locked until someone judges it.",
        });
      },
      onError: tell,
    });
  };

  /** Hands in at once when the checks find nothing, else shows what they found. */
  const run = async () => {
    if (!opened) return;
    setChecking(true);
    try {
      if (!(await opened.doc.flush({ seconds: true }))) {
        tell("Not everything is saved yet; submit once it is.");
        return;
      }
      const path = { id: opened.set.id };
      const found = await unwrap(GET("/api/label-sets/{id}/checks/", { params: { path } }));
      if (found.findings.length === 0) handIn();
      else setFindings(found.findings);
    } catch (error) {
      tell(error);
    } finally {
      setChecking(false);
    }
  };

  return {
    run,
    handIn,
    findings,
    close: () => setFindings(null),
    busy: checking || submit.isPending,
  };
}

export type Submission = ReturnType<typeof useSubmission>;

function tell(reason: unknown): void {
  const error = typeof reason === "string" ? { message: reason, remedy: "" } : asApiError(reason);
  notifications.hide("submit");
  notifications.show({
    id: "submit",
    color: "red",
    title: error.message,
    message: error.remedy,
    autoClose: 10_000,
  });
}
