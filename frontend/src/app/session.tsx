import { createContext, useContext, useMemo, type ReactNode } from "react";
import { useLocalStorage } from "@mantine/hooks";
import { useProjects } from "@/api/queries";
import type { Project, User } from "@/api/types";

/** The actions of core.actions that the pages ask about. */
export type ActionName =
  | "images.see_assigned"
  | "images.see_project"
  | "labels.write"
  | "labels.judge"
  | "reviews.write"
  | "images.assign"
  | "data.import"
  | "data.export"
  | "masks.build"
  | "models.train"
  | "models.promote"
  | "models.see"
  | "predictions.start"
  | "predictions.see"
  | "jobs.see_all"
  | "system.see"
  | "audit.see"
  | "people.manage"
  | "projects.manage";

interface SessionValue {
  readonly user: User;
  readonly can: (action: ActionName) => boolean;
  readonly project: Project | undefined;
  readonly projects: readonly Project[];
  readonly chooseProject: (id: number) => void;
  /** The server can't be reached, or has not said yet that this person is still signed in. */
  readonly away: boolean;
}

const SessionContext = createContext<SessionValue | null>(null);

export function SessionProvider(props: { user: User; away: boolean; children: ReactNode }) {
  const { user, away, children } = props;
  const projects = useProjects(user.id).data?.results;
  const [chosen, setChosen] = useLocalStorage<number>({ key: "fovea.project", defaultValue: 0 });
  const value = useMemo((): SessionValue => {
    const actions = new Set<string>(user.actions);
    return {
      user,
      can: (action) => actions.has(action),
      project: projects?.find(({ id }) => id === chosen) ?? projects?.[0],
      projects: projects ?? [],
      chooseProject: setChosen,
      away,
    };
  }, [user, projects, chosen, setChosen, away]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

export function useSessionUser(): SessionValue {
  const value = useContext(SessionContext);
  if (!value) throw new Error("useSessionUser needs a SessionProvider above it.");
  return value;
}
