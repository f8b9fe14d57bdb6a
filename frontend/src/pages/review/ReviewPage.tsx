import { notifications } from "@mantine/notifications";
import { useNavigate, useParams } from "react-router";
import { asApiError } from "@/api/errors";
import { usePatient } from "@/api/queries";
import { useClaim, useNextPatient } from "@/api/reviewQueue";
import { useSessionUser } from "@/app/session";
import { Shell } from "@/app/Shell";
import { ErrorNotice, LoadingRows } from "@/components/states";
import { useAtWork } from "@/lib/useAtWork";
import { NotFoundPage } from "../NotFoundPage";
import { ClaimNote } from "./ClaimNote";
import { keptFilter } from "./queueFilter";
import { ReviewRoom } from "./ReviewRoom";

/** One patient, for the one who reviews: claimed while they work, so that nobody else sits on it. */
export default function ReviewPage() {
  const id = Number(useParams()["patientId"]);
  const isPatient = Number.isInteger(id);
  const { can } = useSessionUser();
  const reviews = can("reviews.write");
  const navigate = useNavigate();
  const isAtWork = useAtWork();
  const patient = usePatient(id);
  const claim = useClaim(id, isAtWork, isPatient && reviews);
  const next = useNextPatient(patient.data?.project);
  const goOn = () =>
    next.mutate(
      { filter: keptFilter(), after: id },
      {
        onSuccess: (following) => {
          if (following !== null) void navigate(`/review/${following}`);
          else notifications.show({ message: "Nobody else is waiting in this part of the queue." });
        },
        onError: (error) => notifications.show({ color: "red", message: asApiError(error).message }),
      },
    );
  if (!isPatient)
    return (
      <Shell>
        <NotFoundPage />
      </Shell>
    );
  if (patient.isError && !patient.data) {
    return (
      <Shell>
        <div className="page">
          <ErrorNotice error={patient.error} onRetry={() => void patient.refetch()} />
        </div>
      </Shell>
    );
  }
  if (!patient.data) return <LoadingRows rows={6} height={60} />;
  return (
    <ReviewRoom
      key={id}
      patient={patient.data}
      claim={<ClaimNote patient={id} claim={claim.data} error={claim.error} />}
      onNextPatient={reviews ? goOn : null}
    />
  );
}
