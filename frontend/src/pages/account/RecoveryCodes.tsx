import { Button, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";

/** The recovery codes, this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const text = `${codes.join("\n")}\n`;
  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), {
      href: address,
      download: "fovea-recovery-codes.txt",
    });
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className="banner" data-tone="warn">
      <Text size="sm" fw={600}>
        Keep these recovery codes: they are not shown again.
      </Text>
      <Text size="sm" c="dimmed">
        Each lets you in once without your telephone. Print them, or keep them in a password manager.
      </Text>
      <ol className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Group gap="sm">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="default" onClick={download} leftSection={<IconDownload size={14} />}>
          Download
        </Button>
        <Button size="xs" onClick={onKept}>
          I have kept them
        </Button>
      </Group>
    </div>
  );
}
