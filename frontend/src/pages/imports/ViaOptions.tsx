import { Checkbox } from "@mantine/core";

export interface ViaChoices {
  readonly dryRun: boolean;
  readonly accept: boolean;
  readonly skipBadRows: boolean;
}

export const NO_VIA_CHOICES: ViaChoices = { dryRun: false, accept: false, skipBadRows: false };

/** How the regions of a VIA file come in. */
export function ViaOptions({
  value,
  onChange,
}: {
  value: ViaChoices;
  onChange: (value: ViaChoices) => void;
}) {
  return (
    <>
      <Checkbox
        label="Accept the labels at once"
        description="They can be trained on without anyone judging them first. For labels that were checked elsewhere."
        checked={value.accept}
        onChange={(event) => onChange({ ...value, accept: event.currentTarget.checked })}
      />
      <Checkbox
        label="Dry run"
        description="Check everything and report, but change nothing."
        checked={value.dryRun}
        onChange={(event) => onChange({ ...value, dryRun: event.currentTarget.checked })}
      />
      <Checkbox
        label="Leave out bad rows"
        description="Import the rest and report them. Otherwise one bad row stops the whole import."
        checked={value.skipBadRows}
        onChange={(event) => onChange({ ...value, skipBadRows: event.currentTarget.checked })}
      />
    </>
  );
}
