import createClient, { type Middleware } from "openapi-fetch";
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

const client = createClient<paths>({ credentials: "same-origin" });
client.use(csrf);

export const { GET, POST, PATCH, DELETE } = client;

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
