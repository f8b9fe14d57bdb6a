import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { plural } from "@/lib/format";

/** Leaving with unsaved changes: saves them first; if that fails, asks. */
export function LeaveGuard(props: { unsaved: number; flush: () => Promise<boolean> }) {
  const { unsaved, flush } = props;
  const dirty = unsaved > 0;
  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (!dirty) {
      blocker.proceed(); // a retry got through meanwhile
      return;
    }
    let gone = false;
    void flush().then((saved) => {
      if (saved && !gone) blocker.proceed();
    });
    return () => {
      gone = true;
    };
  }, [blocker, dirty, flush]);
  if (blocker.state !== "blocked") return null;
  return (
    <Modal opened onClose={() => blocker.reset()} title="Not everything is saved">
      <Stack>
        <Text size="sm">
          {plural(unsaved, "change")} could not be sent yet. Stay here until the save state says “Saved”, or
          leave and lose them.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" color="red" onClick={() => blocker.proceed()}>
            Leave and lose them
          </Button>
          <Button onClick={() => blocker.reset()}>Stay</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
