import { Alert, Anchor, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { useModelAlarms } from "@/api/watch";
import { alarmSentence } from "@/pages/watch/words";
import { useSessionUser } from "./session";

/** Tells everybody who sees models of alarms that nobody has acknowledged; not where they stand anyway. */
export function AlarmBanner() {
  const { can, project } = useSessionUser();
  const { pathname } = useLocation();
  const alarms = useModelAlarms(project?.id, "new", can("models.see"));
  const [first, ...others] = alarms.data?.results ?? [];
  if (!first || pathname.startsWith("/watch")) return null;
  return (
    <Alert
      color="red"
      variant="light"
      radius={0}
      icon={<IconAlertTriangle size={18} />}
      role="alert"
      data-alarms={others.length + 1}
    >
      <Text size="sm">
        <b>A champion needs a look.</b> {alarmSentence(first)}{" "}
        {others.length > 0 && `${others.length} more. `}
        <Anchor component={Link} to="/watch" size="sm" fw={600}>
          Watching the models
        </Anchor>
      </Text>
    </Alert>
  );
}
