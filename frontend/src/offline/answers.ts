/** The server's answers as far as a person's own kept readings give them; null where they don't. */
import type { FundusImage, LabelSet, LabelSetDetail, Project } from "@/api/types";
import { roomsOf, type KeptRoom } from "./rooms";

const pageOf = <T>(results: readonly T[]) =>
  results.length === 0 ? null : { count: results.length, next: null, previous: null, results: [...results] };

const kept = async (user: number | undefined): Promise<readonly KeptRoom[]> =>
  user === undefined ? [] : roomsOf(user);

export async function keptProjects(user: number) {
  const projects = new Map((await kept(user)).map(({ project }): [number, Project] => [project.id, project]));
  return pageOf([...projects.values()]);
}

export async function keptImage(image: number, user: number | undefined): Promise<FundusImage | null> {
  return (await kept(user)).find((room) => room.image.id === image)?.image ?? null;
}

export async function keptLabelSets(image: number, user: number | undefined) {
  const sets = (await kept(user)).filter((room) => room.image.id === image).map(({ set }): LabelSet => set);
  return pageOf(sets);
}

export async function keptLabelSet(id: number, user: number): Promise<LabelSetDetail | null> {
  return (await kept(user)).find(({ set }) => set.id === id)?.set ?? null;
}
