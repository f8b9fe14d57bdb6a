/** A person's own second factor. */
import { useQuery } from "@tanstack/react-query";
import { GET, POST, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import type { components } from "./schema";

export type SecondFactor = components["schemas"]["SecondFactorOutput"];
export type Enrolment = components["schemas"]["EnrolmentOutput"];

const own = ["second-factor"] as const;

export const useSecondFactor = () =>
  useQuery({ queryKey: own, queryFn: () => unwrap(GET("/api/me/second-factor/")) });

export const useBeginEnrolment = () => useAct(() => unwrap(POST("/api/me/second-factor/enrolment/")), []);

/** The page goes on once the recovery codes were seen: the session is asked anew then, not before. */
export const useEnrol = () =>
  useAct((body: { code: string; password: string }) => unwrap(POST("/api/me/second-factor/", { body })), []);

export const useRenewRecoveryCodes = () =>
  useAct((body: { code: string }) => unwrap(POST("/api/me/second-factor/recovery-codes/", { body })), [own]);

export const useRemoveSecondFactor = () =>
  useAct(
    (body: { code: string; password: string }) => unwrap(POST("/api/me/second-factor/removal/", { body })),
    [own, keys.session],
  );

export const useSecondFactorChanged = () => useAct(() => Promise.resolve(), [own, keys.session]);
