/** Uploads with progress; fetch can't report how much of a request has left. */
import { csrfToken } from "./client";
import { errorFromBody, errorFromNetwork } from "./errors";

interface Sending {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Gets the share sent, 0..1. */
  readonly onSent: (share: number) => void;
}

/**
 * Posts the files as multipart `file` parts, each with its path.
 * Rejects with ApiError, or with an AbortError when `signal` fires.
 */
export function uploadFiles({
  files,
  pathOf,
  ...how
}: Sending & {
  readonly files: readonly File[];
  readonly pathOf: (file: File) => string;
}): Promise<unknown> {
  const body = new FormData();
  files.forEach((file) => {
    body.append("file", file, file.name);
    body.append("path", pathOf(file));
  });
  return post(body, how);
}

/** Posts bytes `offset` and on of a large file; `upload` is the file's own id. Gives how many have come. */
export async function uploadPart({
  part,
  name,
  upload,
  offset,
  totalBytes,
  ...how
}: Sending & {
  readonly part: Blob;
  readonly name: string;
  readonly upload: string;
  readonly offset: number;
  readonly totalBytes: number;
}): Promise<number> {
  const body = new FormData();
  body.append("file", part, "part");
  body.append("name", name);
  body.append("upload", upload);
  body.append("offset", String(offset));
  body.append("total_bytes", String(totalBytes));
  const answer = (await post(body, how)) as { received: number };
  return answer.received;
}

function post(body: FormData, { url, signal, onSent }: Sending): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(errorFromNetwork());
    request.onabort = () => reject(new DOMException("Upload stopped", "AbortError"));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(errorFromBody(request.status, request.response));
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}
