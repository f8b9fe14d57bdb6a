import { Text } from "@mantine/core";

/** What happens to a file of labels: its options are chosen once its values are known. */
export function LabelsNext() {
  return (
    <Text size="sm" maw={640}>
      First the file is read and shown to you: you say which lesion each of its labels means, then every row
      is checked. Nothing is imported before you have seen that check.
    </Text>
  );
}
