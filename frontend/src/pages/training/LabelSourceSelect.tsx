import { Select } from "@mantine/core";
import { useReadiness } from "@/api/training";
import { plural } from "@/lib/format";
import type { Task } from "./tasks";

interface LabelSourceSelectProps {
  readonly project: number | undefined;
  readonly task: Task;
  /** The chosen source; "" for any. */
  readonly labels: string;
  readonly onLabels: (labels: string) => void;
}

/** Whose labels a training or a search learns from. */
export function LabelSourceSelect({ project, task, labels, onLabels }: LabelSourceSelectProps) {
  const sources = useReadiness(project, task, "").data?.sources; // whichever is chosen
  return (
    <Select
      label="Labels from"
      description="Of any: adjudicated, else the newest accepted of each image"
      w={420}
      clearable
      placeholder="Any accepted source"
      data={(sources ?? []).map(({ value, title, label_sets }) => ({
        value,
        label: `${title} (${plural(label_sets, "label set")})`,
      }))}
      value={labels || null}
      onChange={(value) => onLabels(value ?? "")}
    />
  );
}
