import { Alert, Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import type { LabelSet } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice } from "@/components/states";
import { caseOf } from "./adjudication/useAdjudication";
import type { RoomState } from "./useRoomState";

/** What stands over the picture: what went wrong, how to begin, why labels came back. */
export function RoomNotes(props: {
  room: RoomState;
  state: LabelSet | undefined;
  /** What is shown comes from this computer, because the server is away. */
  isKept: boolean;
  onAgain: () => void;
  pictureFailed: boolean;
  setError: unknown;
  onReload: () => void;
}) {
  const { user } = useSessionUser();
  const { room, state, isKept, pictureFailed, setError, onReload } = props;
  return (
    <div className="viewer-note">
      {isKept && (
        <Alert color="orange" title="The server can’t be reached" role="status">
          Your labels are shown as they are kept on this computer, without the picture. What is not saved yet
          is sent once the server is back.{" "}
          <Button size="compact-xs" variant="light" color="orange" onClick={props.onAgain}>
            Try again
          </Button>
        </Alert>
      )}
      {pictureFailed && !isKept && (
        <Alert color="red" title="The picture could not be loaded">
          Reload the page; if it stays, the stored file may be missing: tell an administrator.
        </Alert>
      )}
      {setError !== null && <ErrorNotice error={setError} onRetry={onReload} />}
      {room.sets.isError && <ErrorNotice error={room.sets.error} onRetry={() => void room.sets.refetch()} />}
      {room.startError !== null && <ErrorNotice error={room.startError} onRetry={room.start} />}
      {room.canStart && !room.starting && (
        <Button leftSection={<IconPencil size={16} />} onClick={room.start}>
          Start labelling
        </Button>
      )}
      {state?.state === "returned" && state.decision_comment && (
        <Alert color="orange" title={state.author === user.id ? "Returned to you" : "Returned to its author"}>
          {state.decision_comment}
        </Alert>
      )}
      {state && caseOf(state) !== null && state.state === "accepted" && state.decision_comment && (
        <Alert color="teal" title={`Settled by ${state.author_name}`}>
          {state.decision_comment}
        </Alert>
      )}
    </div>
  );
}
