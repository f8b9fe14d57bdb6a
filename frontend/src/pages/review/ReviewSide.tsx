import { Tabs, Text } from "@mantine/core";
import type { LesionClass, PatientDetail } from "@/api/types";
import { DecisionReasons } from "./DecisionReasons";
import type { FindingRow } from "./findings";
import type { ReviewLayers } from "./layers";
import { LesionBurden } from "./LesionBurden";
import { ReviewPanel, type PanelProps } from "./panel/ReviewPanel";
import { ReviewLayersPanel } from "./ReviewLayersPanel";
import type { Thresholds } from "./thresholds";
import type { EyeData } from "./useEye";

/** Beside the pictures: what is shown, what it comes to, and how it went over the exams. */
export function ReviewSide(props: {
  patient: PatientDetail;
  exam: number | undefined;
  eyes: readonly EyeData[];
  rows: readonly FindingRow[];
  classes: readonly LesionClass[];
  layers: ReviewLayers;
  onLayers: (change: Partial<ReviewLayers>) => void;
  thresholds: Thresholds;
  /** The panel of verdicts; null without an exam. */
  verdicts: PanelProps | null;
}) {
  const { patient, exam, verdicts, ...shown } = props;
  return (
    <aside className="review-side" aria-label="Panels">
      <Tabs defaultValue={verdicts ? "review" : "show"} keepMounted={false}>
        <Tabs.List grow>
          {verdicts && <Tabs.Tab value="review">Review</Tabs.Tab>}
          <Tabs.Tab value="show">Show</Tabs.Tab>
          <Tabs.Tab value="decision">Decision</Tabs.Tab>
          <Tabs.Tab value="course">Course</Tabs.Tab>
        </Tabs.List>
        {verdicts && (
          <Tabs.Panel value="review" keepMounted>
            <ReviewPanel key={verdicts.exam} {...verdicts} />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="show">
          <ReviewLayersPanel {...shown} />
        </Tabs.Panel>
        <Tabs.Panel value="decision">
          <DecisionReasons patient={patient.id} exam={exam} />
        </Tabs.Panel>
        <Tabs.Panel value="course">
          <LesionBurden patient={patient.id} classes={props.classes} />
        </Tabs.Panel>
      </Tabs>
      <Text className="disclaimer">For research and decision support, not a medical device.</Text>
    </aside>
  );
}
