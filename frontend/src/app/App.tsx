import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { createBrowserRouter, createRoutesFromElements, Outlet, Route, useMatch } from "react-router";
import { RouterProvider } from "react-router/dom";
import { asApiError } from "@/api/errors";
import { cspNonce } from "./nonce";
import { appRoutes } from "./AppRoutes";
import { theme } from "./theme";

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Asked also without a connection: an error says so, and some answers are kept on this computer.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        refetchOnReconnect: true,
        staleTime: 5_000,
        retry: (failures, error) => {
          const { status } = asApiError(error);
          return (status === 0 || status >= 500) && failures < 2;
        },
      },
    },
  });
}

/** Rooms with images are dark whatever the person chose for the rest: a bright page tires eyes on dark images. */
function Themed() {
  const isReading = useMatch("/images/:id") !== null;
  const isReviewing = useMatch("/review/:patientId") !== null;
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={cspNonce}
      {...(isReading || isReviewing ? { forceColorScheme: "dark" as const } : {})}
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
