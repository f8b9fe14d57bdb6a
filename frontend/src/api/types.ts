/** The domain's names for the shapes that the generated schema describes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["SignedInOutput"];
export type Job = Schemas["JobOutput"];
export type Project = Schemas["ProjectOutput"];
export type LesionClass = Schemas["LesionClassOutput"];
export type Patient = Schemas["PatientOutput"];
export type PatientDetail = Schemas["PatientDetailOutput"];
export type FundusImage = Schemas["FundusImageOutput"];
export type Reading = Schemas["ReadingOutput"];
export type LabelSet = Schemas["LabelSetOutput"];
export type LabelSetDetail = Schemas["LabelSetDetailOutput"];
export type Import = Schemas["ImportOutput"];
export type Preset = Schemas["PresetOutput"];
export type TrainingRun = Schemas["TrainingRunOutput"];
export type TrainingRunDetail = Schemas["TrainingRunDetailOutput"];
export type ModelVersion = Schemas["ModelVersionOutput"];
export type ModelVersionDetail = Schemas["ModelVersionDetailOutput"];
export type DatasetChanges = Schemas["DatasetChangesOutput"];
export type ImageChange = Schemas["ImageChangeOutput"];
export type LiveTraining = Schemas["LiveOutput"];
export type Comparison = Schemas["ComparisonOutput"];
export type ExternalReport = Schemas["ExternalReportOutput"];
export type Promotion = Schemas["PromotionOutput"];
export type ComparedImage = Schemas["ComparedImageOutput"];
export type Prediction = Schemas["PredictionOutput"];
export type PatientDecision = Schemas["PatientDecisionOutput"];
export type CheckFinding = Schemas["CheckFindingOutput"];
export type Anatomy = Schemas["AnatomyOutput"];
export type ChangesBody = Schemas["ChangesInputRequest"];
export type TightenBody = Schemas["TightenInputRequest"];
