import { Text } from "@mantine/core";
import { formatPercent } from "@/lib/format";

interface Props {
  /** What it is the chance of: "DR" or "referable DR". */
  readonly of: string;
  readonly where?: string;
  readonly probability: number | null | undefined;
  /** The probability from which the model says it. */
  readonly from: number | null | undefined;
}

/** One calibrated probability with the threshold it is judged by; nothing where no model says it. */
export function Chance({ of, where = "", probability, from }: Props) {
  if (typeof probability !== "number") return null;
  return (
    <Text size="sm">
      Probability of {of}
      {where}: {formatPercent(probability)}
      {typeof from === "number" && (
        <Text span c="dimmed">
          {" "}
          · the model says {of} from {formatPercent(from)}
        </Text>
      )}
    </Text>
  );
}
