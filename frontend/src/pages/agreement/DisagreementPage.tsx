import { Button, Stack } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useCase, type Case } from "@/api/disagreements";
import { useImage } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeName } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { CaseSteps } from "./CaseSteps";
import { ComparedPictures } from "./ComparedPictures";
import { PairFigures } from "./PairFigures";

/** One image that two people read: how they differ, and the way to settle it. */
export function DisagreementPage() {
  const id = Number(useParams()["id"]);
  const shown = useCase(id, Number.isInteger(id));
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={shown} loading={<LoadingRows rows={6} height={60} />}>
        {(one) => (
          <>
            <PageHeader
              above={<Link to="/disagreements">Disagreements to settle</Link>}
              title={`${one.patient_code} · ${eyeName(one.eye)}`}
              subtitle={`Read apart by ${one.first_name} and ${one.second_name}.`}
              actions={
                <Button component={Link} to={`/images/${one.image}`} variant="default">
                  Open the image
                </Button>
              }
            />
            <Stack>
              <CaseSteps shown={one} />
              <BothReadings shown={one} />
            </Stack>
          </>
        )}
      </QueryView>
    </div>
  );
}

function BothReadings({ shown }: { shown: Case }) {
  const { project } = useSessionUser();
  const image = useImage(shown.image);
  const [first, second] = shown.label_sets;
  const classes = project?.lesion_classes ?? [];
  if (!first || !second) return null;
  return (
    <>
      <QueryView query={image}>
        {(picture) => (
          <ComparedPictures
            image={picture}
            pair={shown.pair}
            first={first}
            second={second}
            classes={classes}
          />
        )}
      </QueryView>
      <PairFigures pair={shown.pair} first={shown.first_name} second={shown.second_name} classes={classes} />
    </>
  );
}
