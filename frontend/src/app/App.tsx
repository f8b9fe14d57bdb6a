import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { createBrowserRouter, createRoutesFromElements, Outlet, Route, useMatch } from "react-router";
import { RouterProvider } from "react-router/dom";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { cspNonce } from "./nonce";
import { appRoutes } from "./AppRoutes";
import { theme } from "./theme";

function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session ended: asking who I am again brings the sign-in page up.
        const signedOut = asApiError(error).status === 401;
        if (signedOut && query.queryKey[0] !== keys.session[0]) {
          void client.invalidateQueries({ queryKey: keys.session });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => {
          const { status } = asApiError(error);
          return (status === 0 || status >= 500) && failures < 2;
        },
      },
    },
  });
  return client;
}

/** The reading room is dark whatever the person chose for the rest: a bright page tires eyes on dark images. */
function Themed() {
  const inReadingRoom = useMatch("/images/:id") !== null;
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={cspNonce}
      {...(inReadingRoom ? { forceColorScheme: "dark" as const } : {})}
    >
      <Notifications position="bottom-right" />
      <Outlet />
    </MantineProvider>
  );
}

// A data router, because only that can hold a person back who leaves with unsaved labels.
const router = createBrowserRouter(createRoutesFromElements(<Route element={<Themed />}>{appRoutes}</Route>));

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
