import { IconUsers } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Navigate, Outlet, Route } from "react-router";
import { useProjects } from "@/api/queries";
import { EmptyState, ErrorNotice, PageHeader } from "@/components/states";
import { AccountPage } from "@/pages/account/AccountPage";
import { AgreementPage } from "@/pages/agreement/AgreementPage";
import { DisagreementPage } from "@/pages/agreement/DisagreementPage";
import { DisagreementsPage } from "@/pages/agreement/DisagreementsPage";
import { ImageAgreementPage } from "@/pages/agreement/ImageAgreementPage";
import { AuditPage } from "@/pages/audit/AuditPage";
import { DatasetChangesPage } from "@/pages/datasets/DatasetChangesPage";
import { DatasetsPage } from "@/pages/datasets/DatasetsPage";
import { ExportsPage } from "@/pages/exports/ExportsPage";
import { ImportPage } from "@/pages/imports/ImportPage";
import { ImportsPage } from "@/pages/imports/ImportsPage";
import { NewImportPage } from "@/pages/imports/NewImportPage";
import { JobsPage } from "@/pages/jobs/JobsPage";
import { ModelPage } from "@/pages/models/ModelPage";
import { ModelsPage } from "@/pages/models/ModelsPage";
import { NotFoundPage } from "@/pages/NotFoundPage";
import { InvitationPage } from "@/pages/people/InvitationPage";
import { PeoplePage } from "@/pages/people/PeoplePage";
import { PatientPage } from "@/pages/patients/PatientPage";
import { PatientsPage } from "@/pages/patients/PatientsPage";
import { ProjectPage } from "@/pages/projects/ProjectPage";
import { QueuePage } from "@/pages/review/QueuePage";
import { SignInPage } from "@/pages/SignInPage";
import { SearchesPage } from "@/pages/searches/SearchesPage";
import { SearchPage } from "@/pages/searches/SearchPage";
import { RunPage } from "@/pages/training/RunPage";
import { TrainingPage } from "@/pages/training/TrainingPage";
import { WatchedModelPage } from "@/pages/watch/WatchedModelPage";
import { WatchPage } from "@/pages/watch/WatchPage";
import { WorklistPage } from "@/pages/worklist/WorklistPage";
import { useSessionUser, type ActionName } from "./session";
import { Shell } from "./Shell";
import { SignedIn, Waiting } from "./SignedIn";

// OpenSeadragon and Annotorious are most of the code: only the rooms load them.
const ReviewPage = lazy(() => import("@/pages/review/ReviewPage"));
const ReadingRoomPage = lazy(() => import("@/pages/viewer/ReadingRoomPage"));

function Only({ action }: { action: ActionName }) {
  return useSessionUser().can(action) ? <Outlet /> : <NotFoundPage />;
}

/** The same of a room, which fills the window: who may not enter gets the menu beside the answer. */
function RoomFor({ action }: { action: ActionName }) {
  if (useSessionUser().can(action)) return <Outlet />;
  return (
    <Shell>
      <NotFoundPage />
    </Shell>
  );
}

/** Who reads begins with the worklist, everybody else with the patients. */
function Home() {
  const { can } = useSessionUser();
  const reads = can("labels.write") && !can("images.see_project") && !can("images.assign");
  return <Navigate to={reads ? "/worklist" : "/patients"} replace />;
}

/** Pages about a project: somebody who is in none is told so, instead of waiting for ever. */
function InProject() {
  const projects = useProjects(useSessionUser().user.id);
  if (projects.isError && !projects.data) {
    return (
      <div className="page">
        <ErrorNotice error={projects.error} onRetry={() => void projects.refetch()} />
      </div>
    );
  }
  if (projects.data?.results.length !== 0) return <Outlet />;
  return (
    <div className="page">
      <PageHeader title="Welcome" />
      <section className="card">
        <EmptyState
          icon={<IconUsers size={32} stroke={1.4} />}
          title="You are in no project yet"
          text="Ask an administrator to add you to one."
        />
      </section>
    </div>
  );
}

export const appRoutes = (
  <>
    <Route path="/sign-in" element={<SignInPage />} />
    <Route path="/invitation" element={<InvitationPage />} />
    <Route element={<SignedIn />}>
      <Route
        path="/images/:id"
        element={
          <Suspense fallback={<Waiting />}>
            <ReadingRoomPage />
          </Suspense>
        }
      />
      <Route element={<RoomFor action="labels.judge" />}>
        <Route
          path="/review/:patientId"
          element={
            <Suspense fallback={<Waiting />}>
              <ReviewPage />
            </Suspense>
          }
        />
      </Route>
      <Route element={<Shell />}>
        <Route index element={<Home />} />
        <Route element={<InProject />}>
          <Route element={<Only action="labels.write" />}>
            <Route path="/worklist" element={<WorklistPage />} />
          </Route>
          <Route element={<Only action="labels.judge" />}>
            <Route path="/review" element={<QueuePage />} />
            <Route path="/agreement" element={<AgreementPage />} />
            <Route path="/disagreements" element={<DisagreementsPage />} />
            <Route path="/disagreements/:id" element={<DisagreementPage />} />
            <Route path="/images/:id/agreement" element={<ImageAgreementPage />} />
            <Route path="/projects/:id" element={<ProjectPage />} />
          </Route>
          <Route path="/patients" element={<PatientsPage />} />
          <Route path="/patients/:id" element={<PatientPage />} />
          <Route element={<Only action="data.import" />}>
            <Route path="/imports" element={<ImportsPage />} />
            <Route path="/imports/new" element={<NewImportPage />} />
            <Route path="/imports/:id" element={<ImportPage />} />
          </Route>
          <Route element={<Only action="data.export" />}>
            <Route path="/exports" element={<ExportsPage />} />
          </Route>
          <Route element={<Only action="models.train" />}>
            <Route path="/training" element={<TrainingPage />} />
            <Route path="/training/:id" element={<RunPage />} />
            <Route path="/searches" element={<SearchesPage />} />
            <Route path="/searches/:id" element={<SearchPage />} />
          </Route>
          <Route element={<Only action="models.see" />}>
            <Route path="/datasets" element={<DatasetsPage />} />
            <Route path="/datasets/:id/changes" element={<DatasetChangesPage />} />
            <Route path="/models" element={<ModelsPage />} />
            <Route path="/models/:id" element={<ModelPage />} />
            <Route path="/watch" element={<WatchPage />} />
            <Route path="/watch/:id" element={<WatchedModelPage />} />
          </Route>
        </Route>
        <Route path="/jobs" element={<JobsPage />} />
        <Route path="/account" element={<AccountPage />} />
        <Route element={<Only action="people.manage" />}>
          <Route path="/people" element={<PeoplePage />} />
        </Route>
        <Route element={<Only action="audit.see" />}>
          <Route path="/audit" element={<AuditPage />} />
        </Route>
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Route>
  </>
);
