import { useParams } from "react-router";
import { usePatient } from "@/api/queries";
import { LoadingRows, QueryView } from "@/components/states";
import { NotFoundPage } from "../NotFoundPage";
import { ReviewRoom } from "./ReviewRoom";

/** One patient, for the one who reviews. */
export default function ReviewPage() {
  const id = Number(useParams()["patientId"]);
  const patient = usePatient(id);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <QueryView query={patient} loading={<LoadingRows rows={6} height={60} />}>
      {(data) => <ReviewRoom key={data.id} patient={data} claim={null} onNextPatient={null} />}
    </QueryView>
  );
}
