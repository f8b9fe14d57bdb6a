/** Which part of the queue a person works through; it holds for this tab. */
import { WHOLE_QUEUE, type QueueFilter } from "@/api/reviewQueue";

const KEY = "fovea.review-queue";

export function keptFilter(): QueueFilter {
  try {
    const kept: unknown = JSON.parse(window.sessionStorage.getItem(KEY) ?? "null");
    return typeof kept === "object" && kept !== null ? { ...WHOLE_QUEUE, ...kept } : WHOLE_QUEUE;
  } catch {
    return WHOLE_QUEUE;
  }
}

export function keepFilter(filter: QueueFilter): void {
  window.sessionStorage.setItem(KEY, JSON.stringify(filter));
}
