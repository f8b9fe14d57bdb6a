import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/app.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { shareNonceWithDialogs } from "./app/nonce";
import { watchTouches } from "./lib/presence";
import { keepPagesHere } from "./offline/register";

shareNonceWithDialogs();
keepPagesHere();
watchTouches(window);

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root element.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
