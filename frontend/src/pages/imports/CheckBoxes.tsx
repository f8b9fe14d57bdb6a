import { Checkbox } from "@mantine/core";

interface Choice {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function AcceptAtOnce({ checked, onChange }: Choice) {
  return (
    <Checkbox
      label="Accept the labels at once"
      description="They can be trained on without anyone judging them first. For labels that were checked elsewhere."
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

export function DryRun({ checked, onChange }: Choice) {
  return (
    <Checkbox
      label="Dry run"
      description="Check everything and report, but change nothing."
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
