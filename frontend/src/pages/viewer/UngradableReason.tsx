import { NativeSelect, TextInput } from "@mantine/core";

const REASONS = ["Blur", "Too dark", "Too bright", "Media opacity", "Not centred", "Artefact"];
const OTHER = "Other";

/** Why an image can't be graded: one of the usual reasons, or a person's own words. */
export function UngradableReason(props: { reason: string; onChange: (reason: string) => void }) {
  const { reason, onChange } = props;
  const known = reason === "" || REASONS.includes(reason);
  return (
    <>
      <NativeSelect
        size="xs"
        label="Why ungradable"
        value={known ? reason : OTHER}
        data={[{ value: "", label: "Not said" }, ...REASONS, OTHER]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {!known && (
        <TextInput
          size="xs"
          label="In your words"
          maxLength={200}
          value={reason === OTHER ? "" : reason}
          onChange={(event) => onChange(event.currentTarget.value || OTHER)}
        />
      )}
    </>
  );
}
