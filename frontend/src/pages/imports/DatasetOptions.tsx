import { Checkbox, TextInput } from "@mantine/core";

export interface DatasetChoices {
  readonly accept: boolean;
  readonly dryRun: boolean;
  readonly skipBadRows: boolean;
  /** What the numbers of indexed masks mean, as 1=HE,2=EX. */
  readonly index: string;
}

export const NO_DATASET_CHOICES: DatasetChoices = {
  accept: false,
  dryRun: false,
  skipBadRows: false,
  index: "",
};

/** How masks or a COCO file come in. */
export function DatasetOptions(props: {
  kind: "masks" | "coco";
  value: DatasetChoices;
  onChange: (value: DatasetChoices) => void;
}) {
  const { kind, value, onChange } = props;
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
      {kind === "coco" ? (
        <Checkbox
          label="Leave out bad annotations"
          description="Import the rest and report them. Otherwise one bad annotation stops the whole import."
          checked={value.skipBadRows}
          onChange={(event) => onChange({ ...value, skipBadRows: event.currentTarget.checked })}
        />
      ) : (
        <TextInput
          label="Numbers of indexed masks"
          description="Only for files with one number per lesion class, such as 1=HE, 2=EX; 0 is background."
          placeholder="1=HE, 2=EX"
          maw={460}
          value={value.index}
          onChange={(event) => onChange({ ...value, index: event.currentTarget.value })}
        />
      )}
    </>
  );
}
