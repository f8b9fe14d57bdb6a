/** Questions about one reading: proposed landmarks and the figures that they give. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, unwrap } from "./client";
import { keys } from "./keys";

/** Where disc and fovea seem to be; null until known. */
export function useProposedLandmarks(image: number, enabled: boolean) {
  const query = useQuery({
    queryKey: [...keys.image(image), "landmarks"],
    queryFn: () => unwrap(GET("/api/images/{id}/landmarks/", { params: { path: { id: image } } })),
    enabled,
    staleTime: Infinity,
    retry: false,
  });
  return query.data ?? null;
}

/** Figures of one saved revision. */
export function useAnatomy(labelSet: number, revision: number, enabled: boolean) {
  const query = useQuery({
    queryKey: [...keys.labelSet(labelSet), "anatomy", revision],
    queryFn: () => unwrap(GET("/api/label-sets/{id}/anatomy/", { params: { path: { id: labelSet } } })),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return enabled ? (query.data ?? null) : null;
}
