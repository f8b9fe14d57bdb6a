/** What administrators do for people who can't sign in. */
import { useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";

const factsOf = (id: number) => ["sign-in-facts", id] as const;

export const useSignInFacts = (id: number) =>
  useQuery({
    queryKey: factsOf(id),
    queryFn: () => unwrap(GET("/api/people/{id}/sign-in/", { params: { path: { id } } })),
  });

export const useUnlock = (id: number) =>
  useAct(
    () => unwrap(POST("/api/people/{id}/unlock/", { params: { path: { id } } })),
    [factsOf(id), keys.audit],
  );

export const useUntie = (id: number) =>
  useAct(
    () => unwrap(POST("/api/people/{id}/openid-untie/", { params: { path: { id } } })),
    [factsOf(id), keys.audit],
  );
