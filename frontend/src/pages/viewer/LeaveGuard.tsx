import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import type { SaveState } from "@/labelling/saver";
import { plural } from "@/lib/format";

/**
 * Leaving is free while this computer keeps what is unsent: it is sent in the background. Only where nothing can
 * be kept does the page hold a person back; closing the browser with something unsent always asks.
 */
export function LeaveGuard(props: {
  unsaved: number;
  kept: boolean;
  state: SaveState["kind"];
  flush: () => Promise<boolean>;
}) {
  const { unsaved, kept, state, flush } = props;
  const wouldLose = unsaved > 0 && !kept;
  const asks = wouldLose || (unsaved > 0 && (state === "failed" || state === "stale"));
  const blocker = useBlocker(wouldLose);
  useEffect(() => {
    if (!asks) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [asks]);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (!wouldLose) {
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
  }, [blocker, wouldLose, flush]);
  if (blocker.state !== "blocked") return null;
  return (
    <Modal opened onClose={() => blocker.reset()} title="Not everything is saved">
      <Stack>
        <Text size="sm">
          {plural(unsaved, "change")} could not be sent yet, and this browser keeps nothing. Stay here until
          the save state says “Saved”, or leave and lose them.
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
