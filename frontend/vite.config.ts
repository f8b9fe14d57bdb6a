import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { annotoriousWithoutEval } from "./vite/annotorious.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const WORKER = "service-worker";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/" : "/",
  plugins: [annotoriousWithoutEval(here("./src/surface/annotoriousStage.ts")), react()],
  resolve: { alias: { "@": here("./src") } },
  optimizeDeps: { exclude: ["@annotorious/openseadragon", "@annotorious/plugin-tools"] },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true, // Django reads it to name the script and styles of the page
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1100, // the reading room carries OpenSeadragon and Annotorious,
    rollupOptions: {
      input: { main: here("./src/main.tsx"), [WORKER]: here("./src/offline/serviceWorker.ts") },
      output: {
        // The worker's address must not change with its content.
        entryFileNames: ({ name }) => (name === WORKER ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/api": process.env["FOVEA_API"] ?? "http://127.0.0.1:8000" } },
}));
