/** Numbers, dates and names as people read them. Pure. */
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[unit]}`;
}

/** A probability or share (0..1) as a percentage; never rounds to a certain 0 % or 100 %. */
export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share < 1 && share > 0.995) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/** "88 % (DR from 41 %)": the probability behind a decision with its threshold; empty without one. */
export function chanceOfDr(
  outcome: string,
  probability: number | null | undefined,
  threshold: number | null | undefined,
): string {
  if (probability === null || probability === undefined) return "";
  const said = `${outcome === "dr" ? "" : "DR probability "}${formatPercent(probability)}`;
  return threshold === null || threshold === undefined
    ? said
    : `${said} (DR from ${formatPercent(threshold)})`;
}

/** A metric with up to three digits; "–" when there is none. */
export function formatMetric(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toFixed(3)));
}

export function formatArea(percentOfFov: number): string {
  if (percentOfFov === 0) return "0 %";
  return percentOfFov < 0.01 ? "< 0.01 %" : `${percentOfFov.toFixed(2)} %`;
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

const DAY_MS = 86_400_000;

/** "just now", "5 min ago", "14:05", "yesterday 14:05", else the date. */
export function formatWhen(iso: string | null | undefined, now: Date = new Date()): string {
  if (!iso) return "–";
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return "–";
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === now.toDateString()) return time;
  if (then.toDateString() === new Date(now.getTime() - DAY_MS).toDateString()) return `yesterday ${time}`;
  return `${formatDate(iso)} ${time}`;
}

export function formatDate(iso: string | null | undefined): string {
  if (!iso) return "date unknown";
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "date unknown";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}

const ABBREVIATIONS = /\b(auc|aupr|cpu|dr|fov|gpu|icdr|via)\b/g;

/** "annotations.build_masks" or "dr_status" as words. */
export function humanize(name: string): string {
  const words = (name.split(".").pop() ?? name)
    .replaceAll(/[_-]+/g, " ")
    .trim()
    .replaceAll(ABBREVIATIONS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function shortId(id: string): string {
  return id.slice(0, 10);
}

export type Eye = "OD" | "OS" | "unknown";

export function eyeOf(value: string | null | undefined): Eye {
  const eye = (value ?? "").toUpperCase();
  return eye === "OD" || eye === "OS" ? eye : "unknown";
}

export function eyeName(value: string | null | undefined): string {
  const eye = eyeOf(value);
  if (eye === "OD") return "Right eye (OD)";
  return eye === "OS" ? "Left eye (OS)" : "Eye unknown";
}
