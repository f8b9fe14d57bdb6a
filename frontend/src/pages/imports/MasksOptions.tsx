import { TextInput } from "@mantine/core";
import { AcceptAtOnce, DryRun } from "./CheckBoxes";

export interface MasksChoices {
  readonly accept: boolean;
  readonly dryRun: boolean;
  /** What the numbers of indexed masks mean, as 1=HE,2=EX. */
  readonly index: string;
}

export const NO_MASKS_CHOICES: MasksChoices = { accept: false, dryRun: false, index: "" };

/** How masks come in. */
export function MasksOptions(props: { value: MasksChoices; onChange: (value: MasksChoices) => void }) {
  const { value, onChange } = props;
  return (
    <>
      <AcceptAtOnce checked={value.accept} onChange={(accept) => onChange({ ...value, accept })} />
      <DryRun checked={value.dryRun} onChange={(dryRun) => onChange({ ...value, dryRun })} />
      <TextInput
        label="Numbers of indexed masks"
        description="Only for files with one number per lesion class, such as 1=HE, 2=EX; 0 is background. A classes.json in the zip archive says it, too."
        placeholder="1=HE, 2=EX"
        maw={460}
        value={value.index}
        onChange={(event) => onChange({ ...value, index: event.currentTarget.value })}
      />
    </>
  );
}
