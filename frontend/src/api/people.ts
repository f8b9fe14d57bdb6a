/** People, invitations and personal tokens: questions and deeds. */
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { DELETE, GET, POST, PUT, unwrap } from "./client";
import { keys } from "./keys";
import { useAct } from "./mutations";
import { PAGE_SIZE } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Person = Schemas["ListedPersonOutput"];
export type Role = Schemas["RoleEnum"];
export type Invited = Schemas["InvitedOutput"];
export type Scope = Schemas["TokenScopeEnum"];
export type Token = Schemas["TokenOutput"];

export const ROLES: readonly { value: Role; label: string; may: string }[] = [
  { value: "specialist", label: "Specialist", may: "labels the images assigned to them" },
  { value: "reviewer", label: "Reviewer", may: "reviews patients, judges labels, signs" },
  { value: "administrator", label: "Administrator", may: "imports, trains, manages people and projects" },
];

export interface PeopleFilter {
  readonly search: string;
  readonly role: Role | "";
  readonly state: "active" | "invited" | "closed" | "";
  readonly page: number;
}

export function usePeople({ search, role, state, page }: PeopleFilter) {
  return useQuery({
    queryKey: [...keys.people, { search, role, state, page }],
    queryFn: () =>
      unwrap(
        GET("/api/people/", {
          params: {
            query: {
              page,
              page_size: PAGE_SIZE,
              ...(search ? { search } : {}),
              ...(role ? { role } : {}),
              ...(state ? { state } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

const TOUCHED = [keys.people, keys.users, keys.audit] as const;

export const useInvite = () =>
  useAct(
    (body: { email: string; full_name: string; roles: Role[]; projects: number[] }) =>
      unwrap(POST("/api/invitations/", { body })),
    TOUCHED,
  );

export const useInviteAgain = () =>
  useAct((id: number) => unwrap(POST("/api/people/{id}/invitation/", { params: { path: { id } } })), TOUCHED);

export const useWithdrawInvitation = () =>
  useAct(
    (id: number) => unwrap(DELETE("/api/people/{id}/invitation/", { params: { path: { id } } })),
    TOUCHED,
  );

/** Roles and projects at once; the roles first, which may be refused. */
export const useChangePerson = (id: number) =>
  useAct(
    async (change: { roles: Role[]; projects: number[]; reason: string }) => {
      const params = { path: { id } };
      const { roles, projects, reason } = change;
      await unwrap(PUT("/api/people/{id}/roles/", { params, body: { roles, reason } }));
      return unwrap(PUT("/api/people/{id}/projects/", { params, body: { projects } }));
    },
    [...TOUCHED, keys.session, keys.projects],
  );

export const useCloseAccount = (id: number) =>
  useAct(
    (reason: string) =>
      unwrap(POST("/api/people/{id}/close/", { params: { path: { id } }, body: { reason } })),
    TOUCHED,
  );

export const useOpenAccount = (id: number) =>
  useAct(
    (reason: string) =>
      unwrap(POST("/api/people/{id}/open/", { params: { path: { id } }, body: { reason } })),
    TOUCHED,
  );

export const useResetSecondFactor = (id: number) =>
  useAct(
    (reason: string) =>
      unwrap(POST("/api/people/{id}/second-factor-reset/", { params: { path: { id } }, body: { reason } })),
    TOUCHED,
  );

/** What an invitation's key leads to; asked with the key in the body, so that no log keeps it. */
export function useOpenInvitation(key: string) {
  return useQuery({
    queryKey: ["invitation", key],
    queryFn: () => unwrap(POST("/api/invitations/open/", { body: { key } })),
    enabled: key !== "",
    retry: false,
  });
}

export function useAcceptInvitation() {
  return useMutation({
    mutationFn: (body: { key: string; username: string; full_name: string; password: string }) =>
      unwrap(POST("/api/invitations/accept/", { body })),
  });
}

export function useTokenRules() {
  return useQuery({
    queryKey: [...keys.tokens, "rules"],
    queryFn: () => unwrap(GET("/api/tokens/rules/")),
    staleTime: 60_000,
  });
}

export const useCreateToken = () =>
  useAct(
    (body: { name: string; scopes: Scope[]; expires_at: string }) => unwrap(POST("/api/tokens/", { body })),
    [keys.tokens],
  );

export const useRevokeToken = () =>
  useAct((id: number) => unwrap(DELETE("/api/tokens/{id}/", { params: { path: { id } } })), [keys.tokens]);
