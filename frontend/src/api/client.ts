import createClient, { type Middleware } from "openapi-fetch";
import { isUnattended } from "@/lib/presence";
import { errorFromBody, errorFromNetwork } from "./errors";
import type { paths } from "./schema";
import { sessionInDoubt } from "./sessionSignals";

const CSRF_COOKIE = "csrftoken";
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export function csrfToken(): string {
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(`${CSRF_COOKIE}=`));
  return pair ? decodeURIComponent(pair.slice(CSRF_COOKIE.length + 1)) : "";
}

const csrf: Middleware = {
  onRequest({ request }) {
    if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
    return request;
  },
};

/** Says when nobody is there: such requests keep no session alive. */
const presence: Middleware = {
  onRequest({ request }) {
    if (isUnattended(Date.now())) request.headers.set("Fovea-Unattended", "1");
    return request;
  },
};

/** How long an answer is waited for: a connection can go dead without a word, and then it never comes. */
export const PATIENCE_MS = 20_000;
/** What waits for a model or counts over a whole project; the server itself gives up after as long. */
const LONG = /\/(tighten|findings|landmarks|merge|promote|progress|agreement)\/(\w+\/)?(\?|$)/;
const LONG_PATIENCE_MS = 120_000;

/** A fetch that fails, as without a connection, when the whole answer is not there in time. */
export const within = (ms: number) => (request: Request) =>
  fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(ms)]) });

const client = createClient<paths>({
  credentials: "same-origin",
  fetch: (request) => within(LONG.test(request.url) ? LONG_PATIENCE_MS : PATIENCE_MS)(request),
});
client.use(csrf, presence);

export const { GET, POST, PUT, PATCH, DELETE } = client;

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The body of a request's answer. Throws ApiError with the server's message and remedy otherwise. */
export async function unwrap<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw errorFromNetwork();
  }
  if (answer.response.status === 401) sessionInDoubt.emit();
  if (!answer.response.ok) throw errorFromBody(answer.response.status, answer.error);
  return answer.data as T;
}
