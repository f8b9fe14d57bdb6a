import { Center, Loader } from "@mantine/core";
import { useCallback, useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { useImage, useLabelSets } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { Shell } from "@/app/Shell";
import { ErrorNotice } from "@/components/states";
import { NotFoundPage } from "../NotFoundPage";
import { ReadingRoom } from "./ReadingRoom";

export default function ReadingRoomPage() {
  const id = Number(useParams()["id"]);
  const [search] = useSearchParams();
  const { user } = useSessionUser();
  const [times, setTimes] = useState(0);
  const onAgain = useCallback(() => setTimes((before) => before + 1), []);
  const image = useImage(id, user.id);
  useLabelSets(id, user.id); // asked for beside the image: the room needs both
  if (!Number.isInteger(id))
    return (
      <Shell>
        <NotFoundPage />
      </Shell>
    );
  if (image.isError) {
    return (
      <Shell>
        <div className="page">
          <ErrorNotice error={image.error} onRetry={() => void image.refetch()} />
        </div>
      </Shell>
    );
  }
  if (!image.data) {
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  // The same image may come twice in a row: another row of the worklist is another reading.
  const key = `${id}/${search.get("assignment")}/${times}`;
  return <ReadingRoom key={key} image={image.data} onAgain={onAgain} />;
}
