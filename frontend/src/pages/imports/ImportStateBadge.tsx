import { Badge } from "@mantine/core";
import type { Import } from "@/api/types";
import { StateBadge } from "@/components/badges";
import { plural } from "@/lib/format";
import { isLabelFile } from "./files";

/** An import's state; one that left something out is no plain success. */
export function ImportStateBadge({ one, size = "sm" }: { one: Import; size?: "sm" | "md" }) {
  const errors = one.report?.["errors"] ?? 0;
  const waits = isLabelFile(one.kind) && one.state === "collecting" && one.holds_files;
  if (waits) return <StateBadge state="not started" size={size} />;
  const done = one.dry_run ? "Checked" : "Succeeded";
  if (one.state === "succeeded" && errors === 0 && one.dry_run)
    return <StateBadge state="checked" size={size} />;
  if (one.state !== "succeeded" || errors === 0) return <StateBadge state={one.state} size={size} />;
  return (
    <Badge color="yellow" variant="light" size={size} radius="sm" tt="none" fw={600} miw="fit-content">
      {done}
      {one.dry_run ? ":" : " with"} {plural(errors, "problem")}
    </Badge>
  );
}
