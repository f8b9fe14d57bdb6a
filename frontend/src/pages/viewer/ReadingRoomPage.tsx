import { Center, Loader } from "@mantine/core";
import { useParams } from "react-router";
import { useImage, useLabelSets } from "@/api/queries";
import { ErrorNotice } from "@/components/states";
import { NotFoundPage } from "../NotFoundPage";
import { ReadingRoom } from "./ReadingRoom";

export default function ReadingRoomPage() {
  const id = Number(useParams()["id"]);
  const image = useImage(id);
  useLabelSets(id); // asked for beside the image: the room needs both
  if (!Number.isInteger(id)) return <NotFoundPage />;
  if (image.isError) {
    return (
      <Center h="100vh" p="lg">
        <ErrorNotice error={image.error} onRetry={() => void image.refetch()} />
      </Center>
    );
  }
  if (!image.data) {
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  return <ReadingRoom key={id} image={image.data} />;
}
