import { useRef, useState } from "react";
import { useCreateImport, useStartImport, type NewImport } from "@/api/mutations";
import { ApiError } from "@/api/errors";
import { uploadFiles, uploadPart } from "@/api/upload";
import { newUuid } from "@/lib/uuid";
import { inBatches, pathOf } from "./files";

const BATCH = { bytes: 32_000_000, files: 20 };
/** Files beyond this are sent in parts of it. */
const PART_BYTES = 16 * 1024 * 1024;

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

export interface Progress {
  readonly import: number;
  /** The options it was opened with. */
  readonly of: string;
  readonly sent: Set<File>;
  /** What has come of files that are sent in parts, and the id under which. */
  readonly parts: Map<File, { readonly upload: string; received: number }>;
}

/** Whether another try goes on with an import: same options, and all that it has is still wanted. */
export const goesOn = (
  progress: Progress | null,
  options: string,
  files: readonly File[],
): progress is Progress =>
  progress?.of === options &&
  [...progress.sent, ...progress.parts.keys()].every((file) => files.includes(file));

/** Creates the import, sends its files, starts it if asked. A failed upload goes on where it stopped. */
export function useImportUpload() {
  const create = useCreateImport();
  const start = useStartImport();
  const [state, setState] = useState<UploadState>({ kind: "idle" });
  const abort = useRef<AbortController | null>(null);
  const progress = useRef<Progress | null>(null);

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
      if (!goesOn(progress.current, signature, files)) {
        const created = await create.mutateAsync(options);
        progress.current = { import: created.id, of: signature, sent: new Set(), parts: new Map() };
      }
      const { import: id, sent, parts } = progress.current;
      const url = `/api/imports/${id}/files/`;
      const sentBytes = () =>
        [...sent].reduce((sum, file) => sum + file.size, 0) +
        [...parts].reduce((sum, [file, { received }]) => sum + (sent.has(file) ? 0 : received), 0);
      const report = (more: number) =>
        setState({ kind: "sending", sentBytes: sentBytes() + more, totalBytes, files: sent.size });
      const left = files.filter((file) => !sent.has(file));
      const small = left.filter(({ size }) => size <= PART_BYTES);
      for (const batch of inBatches(small, BATCH)) {
        const bytes = batch.reduce((sum, file) => sum + file.size, 0);
        report(0);
        await uploadFiles({
          url,
          files: batch,
          pathOf,
          signal: controller.signal,
          onSent: (share) => report(share * bytes),
        });
        batch.forEach((file) => sent.add(file));
      }
      for (const file of left.filter(({ size }) => size > PART_BYTES)) {
        await sendInParts(file, { url: `${url}part/`, parts, signal: controller.signal, report });
        sent.add(file);
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

/** Sends a large file from where the server has it; a lost connection costs one part. */
async function sendInParts(
  file: File,
  how: {
    readonly url: string;
    readonly parts: Progress["parts"];
    readonly signal: AbortSignal;
    readonly report: (moreBytes: number) => void;
  },
) {
  const known = how.parts.get(file) ?? { upload: newUuid(), received: 0 };
  how.parts.set(file, known);
  while (known.received < file.size) {
    const part = file.slice(known.received, known.received + PART_BYTES);
    how.report(0);
    try {
      known.received = await uploadPart({
        url: how.url,
        part,
        name: pathOf(file),
        upload: known.upload,
        offset: known.received,
        totalBytes: file.size,
        signal: how.signal,
        onSent: (share) => how.report(share * part.size),
      });
    } catch (error) {
      const received = error instanceof ApiError ? error.detail["received"] : undefined;
      if (typeof received !== "number" || received === known.received) throw error;
      known.received = received; // an answer was lost on its way: the part had come
    }
  }
}
