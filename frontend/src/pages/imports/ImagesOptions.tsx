import { MultiSelect } from "@mantine/core";
import { useUsers } from "@/api/queries";
import { ErrorNotice } from "@/components/states";
import { DryRun } from "./CheckBoxes";
import { FileNamePattern } from "./FileNamePattern";

export interface ImagesChoices {
  readonly dryRun: boolean;
  readonly assignTo: readonly string[];
  /** What file names tell, as typed; null: as the project has it. */
  readonly pattern: string | null;
}

export const NO_IMAGES_CHOICES: ImagesChoices = { dryRun: false, assignTo: [], pattern: null };

/** How pictures come in: only checked, and on whose worklist. */
export function ImagesOptions({
  project,
  names,
  value,
  onChange,
}: {
  project: number;
  names: readonly string[];
  value: ImagesChoices;
  onChange: (value: ImagesChoices) => void;
}) {
  const users = useUsers();
  return (
    <>
      <DryRun checked={value.dryRun} onChange={(dryRun) => onChange({ ...value, dryRun })} />
      <MultiSelect
        label="Assign the images to"
        placeholder="Nobody yet"
        maw={460}
        clearable
        data={(users.data?.results ?? [])
          .filter(({ roles }) => roles.includes("specialist"))
          .map((user) => ({ value: String(user.id), label: user.full_name || user.username }))}
        value={[...value.assignTo]}
        onChange={(assignTo) => onChange({ ...value, assignTo })}
      />
      <FileNamePattern
        project={project}
        names={names}
        typed={value.pattern}
        onType={(pattern) => onChange({ ...value, pattern })}
      />
      {users.isError && <ErrorNotice error={users.error} onRetry={() => void users.refetch()} />}
    </>
  );
}
