import { Code, Group, Pagination, Text } from "@mantine/core";
import { useMemo, type ReactNode } from "react";
import { Link } from "react-router";
import { eyeName, eyeOf, formatMetric, humanize, plural } from "@/lib/format";
import type { Picture } from "@/pages/viewer/viewSettings";
import { patternNamed, patternTile } from "@/surface/patterns";

export const pictureUrl = (image: number, layer: Picture | "preview" | "thumbnail") =>
  `/api/images/${image}/picture/${layer}/`;

/** The server counts no further: counting millions would take longer than showing a page of them. */
const MOST_COUNTED = 1_000;

export function Pager(props: {
  page: number;
  count: number;
  pageSize: number;
  noun: string;
  nouns?: string;
  onPage: (page: number) => void;
}) {
  const pages = Math.max(1, Math.ceil(props.count / props.pageSize));
  return (
    <Group justify="space-between" p="sm">
      <Text size="sm" c="dimmed">
        {props.count < MOST_COUNTED
          ? plural(props.count, props.noun, props.nouns)
          : `${MOST_COUNTED.toLocaleString("en-GB")} or more ${props.nouns ?? `${props.noun}s`}`}
      </Text>
      {pages > 1 && <Pagination value={props.page} total={pages} onChange={props.onPage} size="sm" />}
    </Group>
  );
}

export function EyeThumb(props: { eye: string; image?: { id: number } | undefined; to?: string }) {
  const { eye, image } = props;
  const tag = eyeOf(eye) === "unknown" ? "?" : eye;
  if (!image) {
    return (
      <span className="eye-thumb" data-missing="true" title={`${eyeName(eye)}: no image`}>
        no {tag}
      </span>
    );
  }
  return (
    <Link
      className="eye-thumb"
      to={props.to ?? `/images/${image.id}`}
      title={`Open ${eyeName(eye)}`}
      onClick={(event) => event.stopPropagation()}
    >
      <img src={pictureUrl(image.id, "thumbnail")} alt={eyeName(eye)} loading="lazy" />
      <span className="eye-tag">{tag}</span>
    </Link>
  );
}

/** Colour and pattern of a lesion class, as they look on the image. */
export function Swatch({ color, pattern }: { color: string; pattern: string }) {
  const url = useMemo(() => patternTile(patternNamed(pattern), color)?.toDataURL(), [color, pattern]);
  return (
    <span
      className="swatch"
      aria-hidden
      style={{
        borderColor: color,
        backgroundColor: url ? `${color}33` : `${color}b0`,
        backgroundImage: url ? `url(${url})` : "none",
      }}
    />
  );
}

export function Key({ children }: { children: ReactNode }) {
  return <kbd className="key">{children}</kbd>;
}

/** A JSON object for people: names in words, numbers rounded, nested objects indented. */
export function KeyValues({ value }: { value: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="kv">
      {Object.entries(value).map(([name, part]) => (
        <KeyValue key={name} name={name} part={part} />
      ))}
    </dl>
  );
}

function KeyValue({ name, part }: { name: string; part: unknown }) {
  return (
    <>
      <dt>{/^[A-Z]{2}$/.test(name) ? name : humanize(name)}</dt>
      <dd>
        <Value part={part} />
      </dd>
    </>
  );
}

function Value({ part }: { part: unknown }) {
  if (part === null || part === undefined || part === "") return <>–</>;
  if (typeof part === "boolean") return <>{part ? "yes" : "no"}</>;
  if (typeof part === "number") return <>{Number.isInteger(part) ? part : formatMetric(part)}</>;
  if (Array.isArray(part)) {
    if (part.length === 0) return <>–</>;
    if (part.every((one) => typeof one !== "object")) return <>{part.map((one) => show(one)).join(", ")}</>;
    return <Code block>{JSON.stringify(part, null, 2)}</Code>;
  }
  if (typeof part === "object") {
    const { value, low, high } = part as Record<string, unknown>;
    if (typeof value === "number" && typeof low === "number" && typeof high === "number") {
      return <>{`${formatMetric(value)} (95 % CI ${formatMetric(low)}–${formatMetric(high)})`}</>;
    }
    if (Object.keys(part).length === 0) return <>–</>;
    return <KeyValues value={part as Record<string, unknown>} />;
  }
  return <>{String(part)}</>;
}

const show = (one: unknown) =>
  typeof one === "number" && !Number.isInteger(one) ? formatMetric(one) : String(one);
