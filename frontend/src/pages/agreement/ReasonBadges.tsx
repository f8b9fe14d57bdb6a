import { Badge, Stack } from "@mantine/core";
import type { Difference } from "@/api/disagreements";
import { reasonInWords } from "./reasons";

const COLORS: Readonly<Record<string, string>> = { dr_status: "red", lesions: "yellow", opened: "gray" };

/** Each way in which two readings differ. */
export function ReasonBadges({ reasons }: { reasons: readonly Difference[] }) {
  return (
    <Stack gap={4} align="flex-start">
      {reasons.map((reason) => (
        <Badge
          key={reason.code}
          color={COLORS[reason.code] ?? "orange"}
          variant="light"
          radius="sm"
          tt="none"
          miw="fit-content"
          data-reason={reason.code}
        >
          {reasonInWords(reason)}
        </Badge>
      ))}
    </Stack>
  );
}
