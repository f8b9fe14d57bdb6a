import { useSession } from "@/api/queries";
import type { LabelSet } from "@/api/types";
import { useSessionUser } from "./session";

/** Whether this person may accept or return labels: their own only on a site set to one-person operation. */
export function useMayJudge() {
  const { can, user } = useSessionUser();
  const onePerson = useSession().data?.one_person_site === true;
  return (set: Pick<LabelSet, "state" | "author">) =>
    set.state === "submitted" && can("labels.judge") && (onePerson || set.author !== user.id);
}
