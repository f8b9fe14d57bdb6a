/** Uploads with progress; fetch can't report how much of a request has left. */
import { csrfToken } from "./client";
import { errorFromBody, errorFromNetwork } from "./errors";

/**
 * Posts the files as multipart `file` parts. `onSent` gets the share sent, 0..1.
 * Rejects with ApiError, or with an AbortError when `signal` fires.
 */
export function uploadFiles(options: {
  readonly url: string;
  readonly files: readonly File[];
  readonly signal: AbortSignal;
  readonly onSent: (share: number) => void;
}): Promise<unknown> {
  const { url, files, signal, onSent } = options;
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
    const body = new FormData();
    files.forEach((file) => body.append("file", file, file.name));
    request.send(body);
  });
}
