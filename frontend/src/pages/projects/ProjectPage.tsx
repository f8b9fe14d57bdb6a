import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useParams } from "react-router";
import { useProjectCounts } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { LoadingRows, PageHeader } from "@/components/states";
import { plural } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { AssignModal } from "../patients/AssignModal";
import { LesionClasses } from "./LesionClasses";
import { Members } from "./Members";
import { NotBegun } from "./NotBegun";
import { ReadersProgress } from "./ReadersProgress";
import { ReadingRulesForm } from "./ReadingRulesForm";

/** People and reading of one project: who reads how much, by which rules, and what can be drawn. */
export function ProjectPage() {
  const id = Number(useParams()["id"]);
  const { projects, can } = useSessionUser();
  const [assigning, setAssigning] = useState(false);
  const project = projects.find((one) => one.id === id);
  const counts = useProjectCounts(project?.id);
  if (projects.length === 0) return <LoadingRows />;
  if (!project) return <NotFoundPage />;
  return (
    <div className="page">
      <PageHeader
        above={project.name}
        title="People and reading"
        subtitle={counts && `${plural(counts.images, "image")} of ${plural(counts.patients, "patient")}`}
        actions={
          can("images.assign") && (
            <Button
              leftSection={<IconUserPlus size={16} />}
              disabled={counts?.images === 0}
              onClick={() => setAssigning(true)}
            >
              Share images out
            </Button>
          )
        }
      />
      <ReadersProgress project={project.id} />
      {can("images.assign") && <NotBegun project={project.id} />}
      {can("projects.manage") && (
        <>
          <ReadingRulesForm key={project.id} project={project} />
          <LesionClasses project={project} />
          <Members project={project.id} />
        </>
      )}
      {assigning && (
        <AssignModal
          project={project}
          onClose={() => setAssigning(false)}
          onDone={() => setAssigning(false)}
        />
      )}
    </div>
  );
}
