/** What went wrong, in the server's words: a stable code, a message, and what to do about it. */
export class ApiError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly status: number;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(fields: {
    code: string;
    message: string;
    remedy?: string;
    status: number;
    detail?: Readonly<Record<string, unknown>>;
  }) {
    super(fields.message);
    this.name = "ApiError";
    this.code = fields.code;
    this.remedy = fields.remedy ?? "";
    this.status = fields.status;
    this.detail = fields.detail ?? {};
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** An ApiError from a response's body, whatever the body turned out to be. */
export function errorFromBody(status: number, body: unknown): ApiError {
  const fields = isRecord(body) ? body : {};
  return new ApiError({
    code: text(fields["code"]) || `http_${status}`,
    message: text(fields["message"]) || text(fields["detail"]) || fallbackMessage(status),
    remedy: text(fields["remedy"]) || fallbackRemedy(status),
    status,
    detail: isRecord(fields["detail"]) ? fields["detail"] : {},
  });
}

/** An ApiError for a request that got no answer at all. */
export function errorFromNetwork(): ApiError {
  return new ApiError({
    code: "unreachable",
    message: "The server did not answer.",
    remedy: "Check the connection; what you changed is kept here and can be sent again.",
    status: 0,
  });
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError({ code: "unexpected", message, remedy: "Reload the page and try again.", status: 0 });
}

function fallbackMessage(status: number): string {
  if (status === 401) return "You are not signed in.";
  if (status === 403) return "Your role does not include this.";
  if (status === 404) return "This does not exist, or it is not yours to see.";
  if (status === 413) return "The file is larger than the server accepts.";
  return `The server answered with status ${status}.`;
}

function fallbackRemedy(status: number): string {
  if (status === 401) return "Sign in again.";
  if (status === 403) return "Ask an administrator.";
  if (status === 404) return "Go back to the list.";
  if (status >= 500) return "Try again in a minute; if it stays, tell an administrator.";
  return "";
}
