import { useRef, useState } from "react";
import { useCreateImport, useStartImport, type NewImport } from "@/api/mutations";
import { uploadFiles } from "@/api/upload";
import { inBatches } from "./files";

const BATCH = { bytes: 32_000_000, files: 20 };

export type UploadState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "sending";
      readonly sentBytes: number;
      readonly totalBytes: number;
      readonly files: number;
    }
  | { readonly kind: "starting" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Creates the import, sends its files in batches, starts it if asked. A failed upload goes on where it stopped. */
export function useImportUpload() {
  const create = useCreateImport();
  const start = useStartImport();
  const [state, setState] = useState<UploadState>({ kind: "idle" });
  const abort = useRef<AbortController | null>(null);
  const progress = useRef<{ import: number; sent: Set<File>; of: string } | null>(null);

  const run = async (
    options: NewImport,
    files: readonly File[],
    { starts }: { starts: boolean },
  ): Promise<number | null> => {
    const controller = new AbortController();
    abort.current = controller;
    const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
    const signature = JSON.stringify(options);
    try {
      if (progress.current?.of !== signature) {
        const created = await create.mutateAsync(options);
        progress.current = { import: created.id, sent: new Set(), of: signature };
      }
      const { import: id, sent } = progress.current;
      let sentBytes = [...sent].reduce((sum, file) => sum + file.size, 0);
      for (const batch of inBatches(
        files.filter((file) => !sent.has(file)),
        BATCH,
      )) {
        const bytes = batch.reduce((sum, file) => sum + file.size, 0);
        const before = sentBytes;
        const report = (share: number) =>
          setState({ kind: "sending", sentBytes: before + share * bytes, totalBytes, files: sent.size });
        report(0);
        await uploadFiles({
          url: `/api/imports/${id}/files/`,
          files: batch,
          signal: controller.signal,
          onSent: report,
        });
        batch.forEach((file) => sent.add(file));
        sentBytes += bytes;
      }
      setState({ kind: "starting" });
      if (starts) await start.mutateAsync(id);
      return id;
    } catch (error) {
      const stopped = error instanceof DOMException && error.name === "AbortError";
      setState(stopped ? { kind: "idle" } : { kind: "failed", error });
      return null;
    }
  };
  return { state, run, stop: () => abort.current?.abort() };
}
