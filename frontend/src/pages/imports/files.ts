/** Sorting what a person dropped. Pure but for reading dropped folders. */
export type ImportKind = "images" | "via" | "masks" | "coco";
export type FileKind = "image" | "csv" | "json" | "other";

/** What each kind of import takes, and why it takes nothing else. */
const TAKES: Readonly<Record<ImportKind, { readonly kinds: readonly FileKind[]; readonly else: string }>> = {
  images: { kinds: ["image", "csv"], else: "neither an image (JPEG, PNG, TIFF) nor a CSV" },
  via: { kinds: ["csv", "json"], else: "a VIA import takes the annotations only" },
  masks: { kinds: ["image"], else: "a mask is a PNG or TIFF" },
  coco: { kinds: ["json"], else: "a COCO import takes its JSON only" },
};

const IMAGE_ENDINGS = [".jpg", ".jpeg", ".png", ".tif", ".tiff"];

export function fileKind(name: string): FileKind {
  const lower = name.toLowerCase();
  if (IMAGE_ENDINGS.some((ending) => lower.endsWith(ending))) return "image";
  if (lower.endsWith(".json")) return "json";
  return lower.endsWith(".csv") ? "csv" : "other";
}

export interface Sorted<F> {
  readonly taken: readonly F[];
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

/** Which files this kind of import takes; the last table wins, since there can be one. */
export function sortFiles<F extends { readonly name: string; readonly size: number }>(
  files: readonly F[],
  kind: ImportKind,
): Sorted<F> {
  const taken = new Map<string, F>();
  const refused: { name: string; why: string }[] = [];
  let table: F | null = null;
  for (const file of files) {
    const what = fileKind(file.name);
    if (!TAKES[kind].kinds.includes(what) || (kind === "masks" && /\.jpe?g$/i.test(file.name)))
      refused.push({ name: file.name, why: TAKES[kind].else });
    else if (file.size === 0) refused.push({ name: file.name, why: "empty" });
    else if (what !== "image") {
      if (table && table.name !== file.name)
        refused.push({ name: table.name, why: `replaced by ${file.name}: one table per import` });
      table = file;
    } else taken.set(file.name, file);
  }
  return { taken: table ? [...taken.values(), table] : [...taken.values()], refused };
}

/** Batches small enough for one request each. */
export function inBatches<F extends { readonly size: number }>(
  files: readonly F[],
  limit: { readonly bytes: number; readonly files: number },
): F[][] {
  const batches: F[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (!last || last.length >= limit.files || bytes + file.size > limit.bytes) {
      batches.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return batches;
}

/** Every file of a drop, folders opened. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  const nested = await Promise.all(entries.map(filesOf));
  return nested.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    files.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
