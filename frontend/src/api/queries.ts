/** One hook per question that the pages ask the server. Polling runs only while something is running. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { orKept } from "@/offline/away";
import { recallSession, rememberSession, type Session } from "@/offline/lastSession";
import { keptImage, keptLabelSets, keptProjects } from "@/offline/answers";
import { GET, unwrap } from "./client";
import { keys } from "./keys";
import type { Job } from "./types";

export const WHILE_RUNNING_MS = 1_500;
const WHILE_AWAY_MS = 5_000;
export const PAGE_SIZE = 25;
const ACTIVE = new Set(["queued", "running"]);

export const isActive = (state: string | null | undefined): boolean => ACTIVE.has(state ?? "");

/** Who is signed in. While the server is away it is who it last said, and it is asked again and again. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    queryFn: async (): Promise<Session> => {
      const asked = unwrap(GET("/api/session/"));
      asked.then(
        (session) => rememberSession(session, window.localStorage, Date.now()),
        () => undefined,
      );
      return orKept<Session>(asked, () => recallSession(window.localStorage, Date.now()));
    },
    staleTime: 60_000,
    refetchInterval: ({ state: { data } }) => (data?.remembered ? WHILE_AWAY_MS : false),
  });
}

export function useHealth(enabled = true) {
  return useQuery({
    queryKey: keys.health,
    queryFn: () => unwrap(GET("/api/health/")),
    refetchInterval: 15_000,
    enabled,
  });
}

export function useSystem() {
  return useQuery({
    queryKey: keys.system,
    queryFn: () => unwrap(GET("/api/system/")),
    refetchInterval: 5_000,
  });
}

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: keys.users,
    queryFn: () => unwrap(GET("/api/users/", { params: { query: { page_size: 200 } } })),
    enabled,
  });
}

export function useTokens() {
  return useQuery({ queryKey: keys.tokens, queryFn: () => unwrap(GET("/api/tokens/")) });
}

export function useJobs(filter: { state: string; kind: string; page: number }) {
  const { state, kind, page } = filter;
  return useQuery({
    queryKey: [...keys.jobs, "list", filter],
    queryFn: () =>
      unwrap(
        GET("/api/jobs/", {
          params: {
            query: {
              page,
              page_size: PAGE_SIZE,
              ...(state ? { state: state as "queued" } : {}),
              ...(kind ? { kind } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) =>
      query.state.data?.results.some((job) => isActive(job.state)) ? WHILE_RUNNING_MS : 10_000,
  });
}

/** A job, asked for again until it ends. */
export function useJob(id: string | null | undefined) {
  return useQuery({
    queryKey: keys.job(id ?? ""),
    queryFn: () => unwrap(GET("/api/jobs/{id}/", { params: { path: { id: id ?? "" } } })),
    enabled: Boolean(id),
    refetchInterval: (query) => {
      const job = query.state.data as Job | undefined;
      return !job || isActive(job.state) ? WHILE_RUNNING_MS : false;
    },
  });
}

export function useProjects(user: number) {
  return useQuery({
    queryKey: keys.projects,
    queryFn: () =>
      orKept(unwrap(GET("/api/projects/", { params: { query: { page_size: 200 } } })), () =>
        keptProjects(user),
      ),
    staleTime: 60_000,
  });
}

/** How many patients and images of a project the person sees; undefined until they are counted. */
export function useProjectCounts(id: number | undefined) {
  const project = useQuery({
    queryKey: keys.project(id ?? 0),
    queryFn: () => unwrap(GET("/api/projects/{id}/", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== undefined,
    staleTime: 60_000,
  });
  return project.data?.counts;
}

export interface PatientFilter {
  readonly project: number | undefined;
  readonly search: string;
  readonly mine: boolean;
  /** Only patients with images of this import. */
  readonly batch: number | undefined;
  readonly page: number;
}

export function usePatients(filter: PatientFilter) {
  const { project, search, mine, batch, page } = filter;
  return useQuery({
    queryKey: [...keys.patients, "list", filter],
    queryFn: () =>
      unwrap(
        GET("/api/patients/", {
          params: {
            query: {
              page,
              page_size: PAGE_SIZE,
              ...(project ? { project } : {}),
              ...(search ? { search } : {}),
              ...(mine ? { assigned: "me" as const } : {}),
              ...(batch ? { import: batch } : {}),
            },
          },
        }),
      ),
    enabled: project !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function usePatient(id: number) {
  return useQuery({
    queryKey: keys.patient(id),
    queryFn: () => unwrap(GET("/api/patients/{id}/", { params: { path: { id } } })),
  });
}

/** Over all exams of the patient, or over one of them. */
export function usePatientDecision(id: number, exam?: number) {
  const query = exam === undefined ? {} : { exam };
  return useQuery({
    queryKey: [...keys.decisions, "patient", id, exam],
    queryFn: () => unwrap(GET("/api/patients/{id}/decision/", { params: { path: { id }, query } })),
  });
}

export function useDecisions(patients: readonly number[]) {
  return useQuery({
    queryKey: [...keys.decisions, "page", patients],
    queryFn: () => unwrap(GET("/api/decisions/", { params: { query: { patients: patients.join(",") } } })),
    enabled: patients.length > 0,
  });
}

/** How many images other models than today's champions decided. */
export function useOutdated(project: number | undefined, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.decisions, "outdated", project],
    queryFn: () =>
      unwrap(GET("/api/predictions/outdated/", { params: { query: { project: project ?? 0 } } })),
    enabled: enabled && project !== undefined,
  });
}

export const fetchImage = (id: number) => unwrap(GET("/api/images/{id}/", { params: { path: { id } } }));

/** `user`: whose reading of it will do while the server is away. */
export function useImage(id: number, user?: number) {
  return useQuery({
    queryKey: keys.image(id),
    queryFn: () => orKept(fetchImage(id), () => keptImage(id, user)),
    staleTime: 60_000,
  });
}

export function useImageDecision(id: number, enabled = true) {
  return useQuery({
    queryKey: [...keys.decisions, "image", id],
    queryFn: () => unwrap(GET("/api/images/{id}/decision/", { params: { path: { id } } })),
    enabled,
  });
}

export function useLabelSets(image: number, user?: number, enabled = true) {
  return useQuery({
    queryKey: keys.labelSets(image),
    queryFn: () =>
      orKept(unwrap(GET("/api/images/{id}/label-sets/", { params: { path: { id: image } } })), () =>
        keptLabelSets(image, user),
      ),
    enabled,
  });
}

export function useLabelSet(id: number | null) {
  return useQuery({
    queryKey: keys.labelSet(id ?? 0),
    queryFn: () => unwrap(GET("/api/label-sets/{id}/", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== null,
    staleTime: 0,
  });
}

export function usePredictions(image: number, enabled = true) {
  return useQuery({
    queryKey: keys.predictions(image),
    queryFn: () => unwrap(GET("/api/images/{id}/predictions/", { params: { path: { id: image } } })),
    enabled,
  });
}

/** Comparisons of a model with champions, newest first; asked for again while one runs. */
export function useComparisons(model: string) {
  return useQuery({
    queryKey: keys.comparisons(model),
    queryFn: () =>
      unwrap(
        GET("/api/models/{id}/comparisons/", { params: { path: { id: model }, query: { page_size: 5 } } }),
      ),
    refetchInterval: (query) =>
      query.state.data?.results.some(({ job }) => isActive(job?.state)) ? WHILE_RUNNING_MS : false,
  });
}

export function useComparedImages(comparison: number, disagree: boolean, page: number) {
  return useQuery({
    queryKey: ["comparisons", comparison, { disagree, page }],
    queryFn: () =>
      unwrap(
        GET("/api/comparisons/{id}/images/", {
          params: { path: { id: comparison }, query: { disagree, page, page_size: PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useDatasets(project: number | undefined, task: string, page = 1, pageSize = PAGE_SIZE) {
  return useQuery({
    queryKey: [...keys.datasets, project, task, page, pageSize],
    queryFn: () =>
      unwrap(
        GET("/api/dataset-versions/", {
          params: { query: { project: project ?? 0, task: task as "classifier", page, page_size: pageSize } },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled: project !== undefined,
  });
}

export function useDataset(id: number) {
  return useQuery({
    queryKey: [...keys.datasets, id],
    queryFn: () => unwrap(GET("/api/dataset-versions/{id}/", { params: { path: { id } } })),
  });
}

/** How a dataset version differs from an earlier one. */
export function useDatasetChanges(id: number, since: number | null) {
  return useQuery({
    queryKey: [...keys.datasets, id, "changes", since],
    queryFn: () =>
      unwrap(
        GET("/api/dataset-versions/{id}/changes/", {
          params: { path: { id }, query: { since: since ?? 0 } },
        }),
      ),
    enabled: since !== null,
  });
}

export type ChangeKind = "added" | "changed" | "dropped";

export function useChangedImages(id: number, since: number, kind: ChangeKind | "", page: number) {
  return useQuery({
    queryKey: [...keys.datasets, id, "changes", since, { kind, page }],
    queryFn: () =>
      unwrap(
        GET("/api/dataset-versions/{id}/changes/images/", {
          params: {
            path: { id },
            query: { since, page, page_size: PAGE_SIZE, ...(kind ? { kind } : {}) },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
