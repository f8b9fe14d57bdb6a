/** Provisional: written by hand from the working contract, replaced by the generated file of the same shape. */
type Json<T> = { content: { "application/json": T } };
type Op<Res, Query = undefined, Path = undefined, Body = undefined, Code extends number = 200> = {
  parameters: { query?: Query; path: Path extends undefined ? never : Path; header?: never; cookie?: never };
  responses: { [code in Code]: Json<Res> & { headers: Record<string, unknown> } };
} & (Body extends undefined ? { requestBody?: never } : { requestBody: Json<Body> });
type NoPath<Res, Query = undefined, Body = undefined, Code extends number = 200> = {
  parameters: { query?: Query; path?: never; header?: never; cookie?: never };
  responses: { [code in Code]: Json<Res> & { headers: Record<string, unknown> } };
} & (Body extends undefined ? { requestBody?: never } : { requestBody: Json<Body> });
type Id = { id: number };
type Paged = { page?: number; page_size?: number };
type PageOf<T> = { count: number; next: string | null; previous: string | null; results: T[] };
type S = components["schemas"];

export interface components {
  schemas: {
    User: { id: number; username: string; display_name: string; roles: string[]; actions: string[] };
    Session: { user: S["User"] | null; demo: boolean };
    Token: { id: number; name: string; created_at: string; last_used_at: string | null };
    NewToken: S["Token"] & { token: string };
    Worker: { name: string; queues: string[]; last_seen_at: string; pid: number; host: string };
    Health: { status: string; database: string; broker: string; workers: S["Worker"][] };
    System: {
      workers: S["Worker"][];
      broker: { ok: boolean; detail: string };
      disk: { total_bytes: number; free_bytes: number };
    };
    Job: {
      id: string;
      kind: string;
      state: string;
      progress_done: number;
      progress_total: number;
      progress_message: string;
      attempt: number;
      cancel_requested: boolean;
      error_code: string;
      error_message: string;
      error_remedy: string;
      title: string;
      queue: string;
      max_attempts: number;
      requested_by: string | null;
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      result: unknown;
    };
    AuditEvent: {
      id: number;
      at: string;
      actor: string | null;
      action: string;
      object_type: string;
      object_id: string;
      reason: string;
    };
    LesionClass: {
      id: number;
      code: string;
      name: string;
      color: string;
      pattern: string;
      enabled: boolean;
      is_lesion: boolean;
    };
    Project: { id: number; name: string; lesion_classes: S["LesionClass"][] };
    ImageBrief: { id: number; eye: string; label_state: string; width: number; height: number };
    Patient: { id: number; code: string; project: number; is_synthetic: boolean; images: S["ImageBrief"][] };
    FundusImage: S["ImageBrief"] & {
      patient: number;
      patient_code: string;
      project: number;
      field: string;
      exam_date: string | null;
      quality: string;
      source_name?: string;
    };
    Exam: {
      id: number;
      date: string | null;
      site: string;
      camera: string;
      images: S["FundusImage"][];
    };
    PatientDetail: { id: number; code: string; project: number; is_synthetic: boolean; exams: S["Exam"][] };
    Reading: {
      dr_status: string;
      icdr_grade: number | null;
      macular_edema: number | null;
      gradability: string;
      ungradable_reason: string;
      comment: string;
    };
    Region: { uuid: string; shape: string; geometry: unknown; lesion_class: string; origin: string };
    LabelSet: {
      id: number;
      image: number;
      author: number | null;
      author_name: string;
      source: string;
      source_title: string;
      decision_comment: string;
      reading_no: number;
      state: string;
      revision: number;
      regions_count: number;
      counts: Record<string, number>;
      comment: string;
      updated_at: string;
      reading: S["Reading"];
    };
    LabelSetDetail: S["LabelSet"] & { regions: S["Region"][] };
    Changes: {
      base_revision: number;
      change_id: string;
      changes: {
        op: "add" | "update" | "remove";
        uuid: string;
        shape?: string;
        geometry?: unknown;
        lesion_class?: string;
      }[];
      reading?: Partial<S["Reading"]>;
      seconds_spent?: number;
    };
    ChangesSaved: { revision: number; regions_count: number };
    Assignment: { id: number; user: number; username: string; image: number; patient_code: string };
    Import: {
      id: number;
      kind: string;
      state: string;
      dry_run: boolean;
      accept: boolean;
      created_at: string;
      created_by: string | null;
      files_count: number;
      job: S["Job"] | null;
      report: Record<string, number> | null;
      problems_count: number;
    };
    ImportProblem: { id: number; row: number | null; file: string; code: string; message: string; remedy: string };
    Preset: {
      name: string;
      task: string;
      title: string;
      description: string;
      settings: Record<string, unknown>;
      study: boolean;
      gpu: boolean;
    };
    Problem: { code: string; message: string; remedy: string };
    Readiness: {
      ready: boolean;
      images: number;
      patients: number;
      positives: number;
      negatives: number;
      regions: Record<string, number>;
      problems: S["Problem"][];
    };
    TrainingRun: {
      id: number;
      task: string;
      preset: string;
      seed: number;
      created_at: string;
      created_by: string | null;
      job: S["Job"];
      queued_by: string;
      notes: string[];
      settings: Record<string, unknown>;
      dataset: Record<string, unknown> | null;
      metrics: Record<string, unknown> | null;
      model: string | null;
    };
    Epoch: { epoch: number; epochs: number; seconds: number; metrics: Record<string, number> };
    ModelVersion: {
      id: string;
      task: string;
      state: string;
      preset: string;
      created_at: string;
      trained_by: string | null;
      metrics: Record<string, unknown>;
      training_run: number | null;
    };
    ModelVersionDetail: S["ModelVersion"] & { card: Record<string, unknown> };
    LesionSummary: { count: number; area_px: number; area_fov_percent: number };
    Prediction: {
      id: number;
      image: number;
      task: string;
      model: string;
      gradable: boolean;
      created_at: string;
      dr_probability: number | null;
      lesions: Record<string, S["LesionSummary"]>;
      overlays: string[];
      has_heatmap: boolean;
    };
    Reason: { code: string; message: string; eye?: string | null; image?: number | null };
    Decision: {
      outcome: string;
      dr_probability: number | null;
      reasons: S["Reason"][];
      lesions: Record<string, S["LesionSummary"]>;
      disclaimer: string;
    };
    PatientDecision: {
      patient: number;
      outcome: string;
      probability: number | null;
      reasons: S["Reason"][];
      eyes: { eye: string; outcome: string; probability: number | null }[];
    };
  };
}

export interface paths {
  "/api/session/": {
    get: NoPath<S["Session"]>;
    post: NoPath<S["Session"], undefined, { username: string; password: string }>;
    delete: NoPath<S["Session"]>;
  };
  "/api/users/": { get: NoPath<PageOf<S["User"]>, Paged & { role?: string }> };
  "/api/tokens/": {
    get: NoPath<PageOf<S["Token"]>, Paged>;
    post: NoPath<S["NewToken"], undefined, { name: string }, 201>;
  };
  "/api/tokens/{id}/": { delete: Op<unknown, undefined, Id> };
  "/api/health/": { get: NoPath<S["Health"]> };
  "/api/system/": { get: NoPath<S["System"]> };
  "/api/jobs/": { get: NoPath<PageOf<S["Job"]>, Paged & { kind?: string; state?: string }> };
  "/api/jobs/{id}/": { get: Op<S["Job"], undefined, { id: string }> };
  "/api/jobs/{id}/cancel/": { post: Op<S["Job"], undefined, { id: string }> };
  "/api/audit-events/": { get: NoPath<PageOf<S["AuditEvent"]>, Paged> };
  "/api/projects/": { get: NoPath<PageOf<S["Project"]>, Paged> };
  "/api/patients/": {
    get: NoPath<PageOf<S["Patient"]>, Paged & { project?: number; search?: string; assigned?: "me" }>;
  };
  "/api/patients/{id}/": { get: Op<S["PatientDetail"], undefined, Id> };
  "/api/patients/{id}/decision/": { get: Op<S["PatientDecision"], undefined, Id> };
  "/api/images/{id}/": { get: Op<S["FundusImage"], undefined, Id> };
  "/api/images/{id}/label-sets/": {
    get: Op<PageOf<S["LabelSet"]>, Paged, Id>;
    post: Op<S["LabelSetDetail"], undefined, Id>;
  };
  "/api/images/{id}/predictions/": { get: Op<PageOf<S["Prediction"]>, Paged, Id> };
  "/api/images/{id}/decision/": { get: Op<S["Decision"], undefined, Id> };
  "/api/decisions/": { get: NoPath<S["PatientDecision"][], { patients: string }> };
  "/api/label-sets/{id}/": { get: Op<S["LabelSetDetail"], undefined, Id> };
  "/api/label-sets/{id}/changes/": { post: Op<S["ChangesSaved"], undefined, Id, S["Changes"]> };
  "/api/label-sets/{id}/submit/": { post: Op<S["LabelSet"], undefined, Id> };
  "/api/label-sets/{id}/accept/": { post: Op<S["LabelSet"], undefined, Id, { comment: string }> };
  "/api/label-sets/{id}/return/": { post: Op<S["LabelSet"], undefined, Id, { comment: string }> };
  "/api/masks/build/": { post: NoPath<S["Job"], undefined, { project: number; labels?: string }, 202> };
  "/api/assignments/": {
    get: NoPath<PageOf<S["Assignment"]>, Paged>;
    post: NoPath<unknown, undefined, { users: number[]; patients?: number[]; images?: number[] }, 201>;
  };
  "/api/imports/": {
    get: NoPath<PageOf<S["Import"]>, Paged>;
    post: NoPath<
      S["Import"],
      undefined,
      { project: number; kind: "images" | "via"; accept?: boolean; assign_to?: number[]; dry_run?: boolean },
      201
    >;
  };
  "/api/imports/{id}/": { get: Op<S["Import"], undefined, Id> };
  "/api/imports/{id}/start/": { post: Op<S["Import"], undefined, Id, undefined, 202> };
  "/api/imports/{id}/problems/": { get: Op<PageOf<S["ImportProblem"]>, Paged, Id> };
  "/api/presets/": { get: NoPath<S["Preset"][]> };
  "/api/training-readiness/": {
    get: NoPath<S["Readiness"], { project: number; task: string; labels?: string }>;
  };
  "/api/training-runs/": {
    get: NoPath<PageOf<S["TrainingRun"]>, Paged>;
    post: NoPath<
      S["TrainingRun"],
      undefined,
      {
        project: number;
        task: string;
        preset: string;
        labels?: string;
        seed?: number;
        settings?: Record<string, unknown>;
      },
      202
    >;
  };
  "/api/training-runs/{id}/": { get: Op<S["TrainingRun"], undefined, Id> };
  "/api/training-runs/{id}/epochs/": { get: Op<PageOf<S["Epoch"]>, undefined, Id> };
  "/api/models/": { get: NoPath<PageOf<S["ModelVersion"]>, Paged & { task?: string; state?: string }> };
  "/api/models/{id}/": { get: Op<S["ModelVersionDetail"], undefined, { id: string }> };
  "/api/models/{id}/promote/": {
    post: Op<S["ModelVersionDetail"], undefined, { id: string }, { reason: string }>;
  };
  "/api/predictions/": {
    post: NoPath<S["Job"], undefined, { project: number; patients?: number[]; images?: number[] }, 202>;
  };
}
