/** Signing in: with a password, a code, or at the site's OpenID provider; and signing out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { forgetRooms } from "@/offline/rooms";
import { DELETE, POST, unwrap } from "./client";
import { keys } from "./keys";
import { signedInAgain } from "./sessionSignals";

/** First name and password, then, where there is a second factor, its code. */
export type SignInStep = { readonly username: string; readonly password: string } | { readonly code: string };

const take = (step: SignInStep) =>
  "code" in step
    ? unwrap(POST("/api/session/code/", { body: step }))
    : unwrap(POST("/api/session/", { body: step }));

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: take,
    onSuccess: async ({ user }) => {
      if (user) queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
      await queries.invalidateQueries({ queryKey: keys.session });
    },
  });
}

/** Signing in over a page whose session ended: only its own person, so that nobody sends another's work. */
export function useSignInAgain(user: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: take,
    onSuccess: async (session) => {
      queries.setQueryData(keys.session, session);
      if (session.user?.id !== user) return;
      signedInAgain.emit();
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
    },
  });
}

/** Forgets the password that was given, for who has no code at hand. */
export function useBeginAnew() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(DELETE("/api/session/")),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.session }),
  });
}

/** Leaves for the provider's own sign-in page; `next` is where the person comes back to. */
export function useGoToProvider() {
  return useMutation({
    mutationFn: (body: { purpose: "sign_in" | "confirm"; next: string }) =>
      unwrap(POST("/api/session/openid/", { body })),
    onSuccess: ({ address }) => window.location.assign(address),
  });
}

export const SIGN_OUT = ["sign-out"];

export function useSignOut(user: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: SIGN_OUT,
    mutationFn: () => unwrap(DELETE("/api/session/")),
    onSuccess: async () => {
      await forgetRooms(user);
      await queries.resetQueries({ queryKey: keys.session });
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
    },
  });
}
