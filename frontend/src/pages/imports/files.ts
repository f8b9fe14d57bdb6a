/** Sorting what a person dropped. Pure but for reading dropped folders. */
export type ImportKind = "images" | "via" | "masks" | "coco";
/** Whether it is one file of labels, which are given a meaning before anything is imported. */
export const isLabelFile = (kind: ImportKind): kind is "via" | "coco" => kind === "via" || kind === "coco";
export type FileKind = "image" | "csv" | "json" | "archive" | "other";

/** What each kind of import takes, and why it takes nothing else. */
const TAKES: Readonly<Record<ImportKind, { readonly kinds: readonly FileKind[]; readonly else: string }>> = {
  images: {
    kinds: ["image", "csv", "archive"],
    else: "no image (JPEG, PNG, TIFF, BMP, DICOM), no CSV and no zip archive",
  },
  via: { kinds: ["csv", "json"], else: "a VIA import takes the annotations only" },
  masks: { kinds: ["image", "archive"], else: "a mask is a PNG or TIFF, single or in a zip archive" },
  coco: { kinds: ["json"], else: "a COCO import takes its JSON only" },
};

const IMAGE_ENDINGS = [".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ".dic"];
const MASK_ENDING = /\.(png|tiff?|zip)$/i;
const SYSTEM_FILES = /^(\..*|Thumbs\.db|desktop\.ini)$/i;
/** DICOM files often have no ending, or a name that is a number such as 1.2.840.10008. */
const MAYBE_DICOM = /^([^.]+|[\d.]+)$/;

const BY_NAME = new Intl.Collator("en", { numeric: true });
const folders = new WeakMap<object, string>();

/** A file's name with the folders that it was dropped or chosen in, as a/b.jpg. */
export function pathOf(file: { readonly name: string; readonly webkitRelativePath?: string }): string {
  return folders.get(file) ?? (file.webkitRelativePath || file.name);
}

export function fileKind(name: string): FileKind {
  const lower = name.toLowerCase();
  if (IMAGE_ENDINGS.some((ending) => lower.endsWith(ending)) || MAYBE_DICOM.test(name)) return "image";
  if (lower.endsWith(".zip")) return "archive";
  if (lower.endsWith(".json")) return "json";
  return lower.endsWith(".csv") ? "csv" : "other";
}

export interface Sorted<F> {
  readonly taken: readonly F[];
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

/** Which files this kind of import takes; of VIA and COCO the last one wins, since there can be one. */
export function sortFiles<F extends { readonly name: string; readonly size: number }>(
  files: readonly F[],
  kind: ImportKind,
): Sorted<F> {
  const taken = new Map<string, F>();
  const refused: { name: string; why: string }[] = [];
  let table: F | null = null;
  for (const file of files) {
    const what = fileKind(file.name);
    if (SYSTEM_FILES.test(file.name)) continue;
    if (!TAKES[kind].kinds.includes(what) || (kind === "masks" && !MASK_ENDING.test(file.name)))
      refused.push({ name: file.name, why: TAKES[kind].else });
    else if (file.size === 0) refused.push({ name: file.name, why: "empty" });
    else if (isLabelFile(kind)) {
      if (table && table.name !== file.name)
        refused.push({ name: table.name, why: `replaced by ${file.name}: one table per import` });
      table = file;
    } else taken.set(pathOf(file), file);
  }
  const sorted = [...taken.values()].sort((one, other) => BY_NAME.compare(pathOf(one), pathOf(other)));
  return { taken: table ? [...sorted, table] : sorted, refused };
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
    folders.set(file, entry.fullPath.replace(/^\//, ""));
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
