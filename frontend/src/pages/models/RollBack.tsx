import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { useRollBack } from "@/api/mutations";
import { asApiError } from "@/api/errors";
import type { ModelVersionDetail } from "@/api/types";

/** One click from a champion back to the one before it. */
export function RollBack({ model }: { model: ModelVersionDetail }) {
  const rollBack = useRollBack();
  const navigate = useNavigate();
  const earlier = model.goes_back_to;
  const before = model.promotions.find(({ replaced }) => replaced === earlier)?.replaced_name;
  if (!earlier) return null;
  const submit = () =>
    rollBack.mutate(model.id, {
      onSuccess: ({ id, name }) => {
        notifications.show({ color: "teal", message: `${name} is the champion again.` });
        void navigate(`/models/${id}`);
      },
      onError: (error) => notifications.show({ color: "red", message: asApiError(error).message }),
    });
  return (
    <Button
      variant="default"
      leftSection={<IconArrowBackUp size={16} />}
      loading={rollBack.isPending}
      onClick={submit}
    >
      Roll back to {before ?? "the one before"}
    </Button>
  );
}
