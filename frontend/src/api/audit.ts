/** The audit log: what it is narrowed to, its pages, and the address of its file. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { GET, unwrap } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";

export type AuditEvent = components["schemas"]["AuditEventOutput"];
export const AUDIT_PAGE_SIZE = 50;

export interface AuditFilter {
  readonly person: string;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  /** Days as the date fields give them, such as 2026-05-04; `until` is the last day. */
  readonly since: string;
  readonly until: string;
  readonly text: string;
}

export const EVERYTHING: AuditFilter = {
  person: "",
  action: "",
  objectType: "",
  objectId: "",
  since: "",
  until: "",
  text: "",
};

/** What the server is asked for; days begin and end in this computer's time. */
export function queryOf(filter: AuditFilter): Record<string, string> {
  const query: Record<string, string> = {
    person: filter.person,
    action: filter.action,
    object_type: filter.objectType,
    object_id: filter.objectId.trim(),
    since: filter.since && startOf(filter.since, 0),
    until: filter.until && startOf(filter.until, 1),
    text: filter.text.trim(),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
}

function startOf(day: string, later: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

export const fileUrl = (filter: AuditFilter, kind: "csv" | "jsonl"): string =>
  `/api/audit-events/export/?${new URLSearchParams({ ...queryOf(filter), kind })}`;

export function useAuditEvents(filter: AuditFilter, page: number) {
  const { person, ...words } = queryOf(filter);
  const query = { page, page_size: AUDIT_PAGE_SIZE, ...words, ...(person ? { person: Number(person) } : {}) };
  return useQuery({
    queryKey: [...keys.audit, query],
    queryFn: () => unwrap(GET("/api/audit-events/", { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

export function useAuditNames() {
  return useQuery({
    queryKey: [...keys.audit, "names"],
    queryFn: () => unwrap(GET("/api/audit-events/names/")),
    staleTime: 60_000,
  });
}
