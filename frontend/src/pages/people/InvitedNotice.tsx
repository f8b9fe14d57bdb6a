import { Button, Code, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { Invited } from "@/api/people";
import { formatDate } from "@/lib/format";

/** What became of an invitation: sent, or a link to hand over that is shown this once. */
export function InvitedNotice({ invited }: { invited: Invited }) {
  const until = `It works once, until ${formatDate(invited.expires_at)}.`;
  if (invited.link === null) {
    return (
      <div className="banner" data-tone="calm" role="status">
        <Text size="sm">
          The invitation went to {invited.email}. {until}
        </Text>
      </div>
    );
  }
  return (
    <div className="banner" data-tone="warn" role="status">
      <Text size="sm" fw={600}>
        Hand this link over yourself: it is not shown again.
      </Text>
      <Text size="sm">
        No e-mail was sent. {until} Whoever has the link can take the account, so give it to the person alone.
      </Text>
      <Group gap="sm" mt={6} wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{invited.link}</Code>
        <CopyButton value={invited.link}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              style={{ flexShrink: 0 }}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy link"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
