import { useSessionUser } from "./session";

/** The name of a lesion class in the project; its code where the project does not know it. */
export function useLesionName(): (code: string) => string {
  const { project } = useSessionUser();
  return (code) => project?.lesion_classes.find((one) => one.code === code)?.name ?? code;
}
