import { Button, Group, SimpleGrid, Skeleton, Stack, Switch, Text, Title } from "@mantine/core";
import { IconArrowsMaximize, IconBrain, IconPencil, IconStethoscope } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useStartPrediction } from "@/api/mutations";
import {
  useImageDecision,
  useLabelSets,
  usePatient,
  usePatientDecision,
  usePredictions,
} from "@/api/queries";
import type { LabelSet, PatientDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { DecisionBadge, EarlierModelBadge, OutcomeIcon, outcomeLook, StateBadge } from "@/components/badges";
import { Chance } from "@/components/Chance";
import { FollowedJob } from "@/components/FollowedJob";
import { ImageQuality } from "@/components/ImageQuality";
import { useMayJudge } from "@/app/useMayJudge";
import { LabelSetJudgement } from "@/components/LabelSetJudgement";
import { LesionCounts } from "@/components/LesionCounts";
import { pictureUrl } from "@/components/parts";
import { ErrorNotice, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeName, formatDate, plural, type Eye } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { ImageFacts } from "../viewer/ImageFacts";
import { wantedOverlays } from "../viewer/layers";
import { FIRST_LAYERS } from "../viewer/viewSettings";
import { answersInWords, byEye, noImageOf, saysGradeOnly } from "./eyes";

type ExamImage = PatientDetail["exams"][number]["images"][number];

function DecisionBanner({ patient }: { patient: number }) {
  const decision = usePatientDecision(patient);
  return (
    <QueryView query={decision} loading={<Skeleton height={96} />}>
      {({ outcome, probability, threshold, reasons, eyes, by_champions, ...referable }) => {
        const look = outcomeLook(outcome);
        return (
          <section className="banner" data-tone={look.tone} aria-label="Decision" data-outcome={outcome}>
            <Group justify="space-between" align="flex-start">
              <Group gap="sm">
                <OutcomeIcon outcome={outcome} size={26} />
                <div>
                  <Group gap={8}>
                    <Title order={2}>{look.title}</Title>
                    {!by_champions && <EarlierModelBadge />}
                  </Group>
                  <Chance of="DR" where=" in the deciding eye" probability={probability} from={threshold} />
                  <Chance
                    of="referable DR"
                    where=" in the worse eye"
                    probability={referable.referable_probability}
                    from={referable.referable_threshold}
                  />
                </div>
              </Group>
              <Group gap="xs">
                {eyes.map((eye) => (
                  <Group key={eye.eye} gap={6}>
                    <Text size="sm" c="dimmed">
                      {eye.eye || "eye unknown"}
                    </Text>
                    <DecisionBadge
                      outcome={eye.outcome}
                      probability={eye.probability}
                      threshold={eye.threshold}
                    />
                  </Group>
                ))}
              </Group>
            </Group>
            <ul style={{ margin: "8px 0", paddingInlineStart: 20 }}>
              {reasons.map((reason, index) => (
                <li key={index}>
                  <Text size="sm">{reason.message}</Text>
                </li>
              ))}
            </ul>
            <Text className="disclaimer">For research and decision support, not a medical device.</Text>
          </section>
        );
      }}
    </QueryView>
  );
}

function LabelSetLine({ set }: { set: LabelSet }) {
  const mayJudge = useMayJudge();
  return (
    <Group justify="space-between" gap="sm" data-label-set={set.id}>
      <Group gap={8}>
        <StateBadge state={set.state} />
        <Text size="sm">{set.source_title || set.author_name || set.source}</Text>
        <Text size="xs" c="dimmed">
          {[answersInWords(set.reading), saysGradeOnly(set) ? "" : plural(set.regions_count, "region")]
            .filter(Boolean)
            .join(" · ")}
          {set.reading_no > 1 ? ` · reading ${set.reading_no}` : ""}
          {set.one_person_site ? ` · ${set.state} by whoever read it (one-person operation)` : ""}
        </Text>
      </Group>
      {mayJudge(set) && <LabelSetJudgement set={set} />}
    </Group>
  );
}

/** What the newest segmenter found, laid over the picture in the classes' colours. */
function PredictedLesions({ image }: { image: number }) {
  const { can } = useSessionUser();
  const predictions = usePredictions(image, can("predictions.see"));
  return wantedOverlays(predictions.data?.results ?? [], FIRST_LAYERS).map(({ url }) => (
    <img key={url} src={url} alt="" data-overlay />
  ));
}

interface EyeCardProps {
  readonly image: ExamImage | undefined;
  readonly eye: Eye;
  readonly exam: readonly ExamImage[];
  readonly overlays: boolean;
}

function EyeCard(props: EyeCardProps) {
  const { image, eye, exam } = props;
  const { can, project } = useSessionUser();
  if (!image) {
    return (
      <section className="eye-card" aria-label={eyeName(eye)}>
        <div className="eye-body">
          <Title order={2}>{eyeName(eye)}</Title>
          <Text size="sm" c="dimmed">
            {noImageOf(eye === "OS" ? "left" : "right", exam)}
          </Text>
        </div>
      </section>
    );
  }
  return (
    <section className="eye-card" aria-label={eyeName(eye)} data-image={image.id}>
      <Link className="eye-picture" to={`/images/${image.id}`} aria-label={`Open ${eyeName(eye)}`}>
        <img src={pictureUrl(image.id, "preview")} alt={eyeName(eye)} loading="lazy" />
        {props.overlays && <PredictedLesions image={image.id} />}
      </Link>
      <div className="eye-body">
        <Group justify="space-between">
          <div>
            <Title order={2}>{eyeName(eye)}</Title>
            <Text size="xs" c="dimmed">
              {image.width} × {image.height} px{image.source_name ? ` · ${image.source_name}` : ""}
            </Text>
          </div>
          <Group gap={4}>
            <ImageFacts image={image.id} />
            <Button
              component={Link}
              to={`/images/${image.id}`}
              size="xs"
              variant={can("labels.write") ? "filled" : "default"}
              leftSection={can("labels.write") ? <IconPencil size={14} /> : <IconArrowsMaximize size={14} />}
            >
              {can("labels.write") ? "Label" : "Open"}
            </Button>
          </Group>
        </Group>
        <ImageQuality image={image.id} quality={image.quality} />
        <ImageFindings image={image.id} classes={project?.lesion_classes ?? []} />
        <ImageLabels image={image.id} />
      </div>
    </section>
  );
}

function ImageFindings(props: { image: number; classes: Parameters<typeof LesionCounts>[0]["classes"] }) {
  const decision = useImageDecision(props.image);
  return (
    <QueryView query={decision} loading={<Skeleton height={60} />}>
      {(data) => (
        <Stack gap={6}>
          <Group gap={6}>
            <DecisionBadge
              outcome={data.outcome}
              probability={data.dr_probability}
              threshold={data.dr_threshold}
            />
            {!data.by_champions && <EarlierModelBadge />}
          </Group>
          {data.outcome !== "withheld" && <LesionCounts lesions={data.lesions} classes={props.classes} />}
        </Stack>
      )}
    </QueryView>
  );
}

function ImageLabels({ image }: { image: number }) {
  const sets = useLabelSets(image);
  return (
    <QueryView query={sets} loading={<Skeleton height={24} />}>
      {({ results }) =>
        results.length === 0 ? (
          <Text size="sm" c="dimmed">
            Not labelled yet.
          </Text>
        ) : (
          <Stack gap={8}>
            {results.map((set) => (
              <LabelSetLine key={set.id} set={set} />
            ))}
          </Stack>
        )
      }
    </QueryView>
  );
}

function ExamSection({ exam, overlays }: { exam: PatientDetail["exams"][number]; overlays: boolean }) {
  const groups = byEye(exam.images);
  const rows = Math.max(groups.OD.length, groups.OS.length);
  const where = [exam.site, exam.camera].filter(Boolean).join(" · ");
  return (
    <Stack gap="sm">
      <Text fw={600}>
        Exam, {formatDate(exam.date)}
        {where && (
          <Text span c="dimmed" fw={400}>
            {" "}
            · {where}
          </Text>
        )}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {Array.from({ length: rows }, (_, row) => [
          <EyeCard key={`OD${row}`} image={groups.OD[row]} eye="OD" exam={exam.images} overlays={overlays} />,
          <EyeCard key={`OS${row}`} image={groups.OS[row]} eye="OS" exam={exam.images} overlays={overlays} />,
        ])}
        {groups.unknown.map((image) => (
          <EyeCard key={image.id} image={image} eye="unknown" exam={exam.images} overlays={overlays} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

export function PatientPage() {
  const id = Number(useParams()["id"]);
  const { can, project } = useSessionUser();
  const patient = usePatient(id);
  const isTold = usePatientDecision(id).data?.outcome !== "withheld";
  const predict = useStartPrediction();
  const [job, setJob] = useState<string | null>(null);
  const [overlays, setOverlays] = useState(true);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={patient} loading={<LoadingRows rows={6} height={60} />}>
        {(data) => (
          <>
            <PageHeader
              above={<Link to="/patients">Patients</Link>}
              title={`Patient ${data.code}`}
              subtitle={data.is_synthetic ? "Synthetic sample, no real person" : undefined}
              actions={
                <Group gap="sm">
                  {can("predictions.start") && project && (
                    <Button
                      variant="default"
                      leftSection={<IconBrain size={16} />}
                      loading={predict.isPending}
                      onClick={() =>
                        predict.mutate(
                          { project: data.project, patients: [id] },
                          { onSuccess: (started) => setJob(started.id) },
                        )
                      }
                    >
                      Predict
                    </Button>
                  )}
                  {can("labels.judge") && (
                    <Button component={Link} to={`/review/${id}`} leftSection={<IconStethoscope size={16} />}>
                      Review
                    </Button>
                  )}
                </Group>
              }
            />
            {predict.isError && <ErrorNotice error={predict.error} />}
            {job && <FollowedJob id={job} onClose={() => setJob(null)} />}
            <DecisionBanner patient={id} />
            {isTold && (
              <Switch
                label="Show predicted lesions"
                checked={overlays}
                onChange={(event) => setOverlays(event.currentTarget.checked)}
              />
            )}
            {data.exams.map((exam) => (
              <ExamSection key={exam.id} exam={exam} overlays={overlays && isTold} />
            ))}
          </>
        )}
      </QueryView>
    </div>
  );
}
