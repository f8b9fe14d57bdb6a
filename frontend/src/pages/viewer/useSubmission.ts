import { notifications } from "@mantine/notifications";
import { asApiError } from "@/api/errors";
import { useSubmitLabels } from "@/api/mutations";
import type { LabelSet } from "@/api/types";
import type { OpenedSet } from "./labelSet";

/** Saves what is open, then hands the label set in and tells what came of it. */
export function useSubmission(opened: OpenedSet | null, onSubmitted: (set: LabelSet) => void) {
  const submit = useSubmitLabels();
  const run = async () => {
    if (!opened || !(await opened.doc.flush())) return;
    const handedIn = { id: opened.set.id, revision: opened.doc.getSnapshot().revision };
    submit.mutate(handedIn, {
      onSuccess: (set) => {
        const { warnings } = set;
        onSubmitted(set);
        notifications.hide("submit");
        notifications.show({
          color: warnings.length > 0 ? "orange" : "teal",
          title: "Submitted",
          message:
            warnings.map((warning) => warning.message).join(" ") || "It is locked until someone judges it.",
          autoClose: warnings.length > 0 ? 12_000 : 5_000,
        });
      },
      onError: (error) => {
        const { message, remedy } = asApiError(error);
        notifications.hide("submit");
        notifications.show({
          id: "submit",
          color: "red",
          title: message,
          message: remedy,
          autoClose: 10_000,
        });
      },
    });
  };
  return { run, busy: submit.isPending };
}
