import { asApiError } from "@/api/errors";

/** Whether nobody answered: no connection, or a proxy with nobody behind it. */
export function isAway(error: unknown): boolean {
  const { status } = asApiError(error);
  return status === 0 || (status >= 502 && status <= 504);
}

/** The server's answer; while it is away what is kept here, if anything is. */
export async function orKept<T>(ask: Promise<T>, kept: () => Promise<T | null> | T | null): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    const found = isAway(error) ? await kept() : null;
    if (found === null) throw error;
    return found;
  }
}
