import { Center, Loader } from "@mantine/core";
import { useIsMutating, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { keys } from "@/api/keys";
import { useSession } from "@/api/queries";
import { sessionInDoubt } from "@/api/sessionSignals";
import { SIGN_OUT } from "@/api/signIn";
import type { User } from "@/api/types";
import { ErrorNotice } from "@/components/states";
import { OutboxProvider } from "./outbox";
import { SessionProvider } from "./session";
import { SecondFactorFirst } from "./SecondFactorFirst";
import { SignInAgain } from "./SignInAgain";
import { useSessionClock } from "./useSessionClock";

/**
 * Everything below needs a person; without one the sign-in page comes first and leads back here. When the session
 * ends under a person's hands, the page stays and they sign in over it.
 */
export function SignedIn() {
  const session = useSession();
  const location = useLocation();
  const leaving = useIsMutating({ mutationKey: SIGN_OUT }) > 0;
  const [known, setKnown] = useState<User | null>(null);
  const [newCodes, setNewCodes] = useState<readonly string[] | null>(null);
  const now = session.data?.user ?? null;
  const remembered = session.data?.remembered === true;
  useAskingAgain();
  useSessionClock(now ? session.data?.idle_minutes : undefined);
  useAnswersAnew(remembered);

  if (leaving && known) setKnown(null);
  if (!leaving && now && !known) setKnown(now);
  const user = known ?? now;
  if (now && !leaving && session.data && (session.data.second_factor_due || newCodes)) {
    return <SecondFactorFirst user={now} session={session.data} codes={newCodes} onCodes={setNewCodes} />;
  }
  if (user && !leaving) {
    const gone = session.data !== undefined && now?.id !== user.id;
    return (
      <SessionProvider user={now && !gone ? now : user} away={remembered || gone}>
        <OutboxProvider user={user.id}>
          <Outlet />
          {gone && session.data && <SignInAgain user={user} session={session.data} />}
        </OutboxProvider>
      </SessionProvider>
    );
  }
  if (session.isError) {
    return (
      <Center h="100vh" p="lg">
        <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  if (session.isPending) return <Waiting />;
  return <Navigate to="/sign-in" replace state={{ from: `${location.pathname}${location.search}` }} />;
}

/** A request that was refused as if nobody, or somebody else, were signed in makes the page ask who is. */
function useAskingAgain() {
  const queries = useQueryClient();
  useEffect(
    () => sessionInDoubt.on(() => void queries.invalidateQueries({ queryKey: keys.session })),
    [queries],
  );
}

/** Once the server is back, what was shown from this computer is asked for anew. */
function useAnswersAnew(remembered: boolean) {
  const queries = useQueryClient();
  const before = useRef(remembered);
  useEffect(() => {
    if (before.current && !remembered) {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
    }
    before.current = remembered;
  }, [queries, remembered]);
}

export function Waiting() {
  return (
    <Center h="100vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
