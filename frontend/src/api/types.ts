/** The domain's names for the shapes that the generated schema describes. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Session = Schemas["Session"];
export type Token = Schemas["Token"];
export type Job = Schemas["Job"];
export type Worker = Schemas["Worker"];
export type AuditEvent = Schemas["AuditEvent"];
export type Project = Schemas["Project"];
export type LesionClass = Schemas["LesionClass"];
export type Patient = Schemas["Patient"];
export type PatientDetail = Schemas["PatientDetail"];
export type FundusImage = Schemas["FundusImage"];
export type Reading = Schemas["Reading"];
export type ApiRegion = Schemas["Region"];
export type LabelSet = Schemas["LabelSet"];
export type LabelSetDetail = Schemas["LabelSetDetail"];
export type ChangesBody = Schemas["Changes"];
export type Import = Schemas["Import"];
export type ImportProblem = Schemas["ImportProblem"];
export type Preset = Schemas["Preset"];
export type Readiness = Schemas["Readiness"];
export type TrainingRun = Schemas["TrainingRun"];
export type Epoch = Schemas["Epoch"];
export type ModelVersion = Schemas["ModelVersion"];
export type Prediction = Schemas["Prediction"];
export type Decision = Schemas["Decision"];
export type PatientDecision = Schemas["PatientDecision"];
