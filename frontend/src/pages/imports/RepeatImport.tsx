import { Button, Group, Stack, Text } from "@mantine/core";
import { IconAdjustments, IconFileImport } from "@tabler/icons-react";
import { useNavigate } from "react-router";
import { useImportAgain, useStartChosen, type ImportChoices } from "@/api/imports";
import type { Import } from "@/api/types";
import { ErrorNotice } from "@/components/states";
import { plural } from "@/lib/format";

/** After a check or a refusal: import what was sent, all or the good rows, or read it in another way. */
export function RepeatImport({ one }: { one: Import }) {
  const navigate = useNavigate();
  const again = useImportAgain();
  const start = useStartChosen();
  const good = one.report?.["regions_added"] ?? 0;
  const wrong = one.report?.["errors"] ?? 0;
  const busy = again.isPending || start.isPending;

  const open = async (choices: ImportChoices, { starts }: { starts: boolean }) => {
    const next = await again.mutateAsync({ id: one.id, choices });
    if (starts) await start.mutateAsync({ id: next.id, choices: {} });
    void navigate(`/imports/${next.id}`);
  };
  const bring = (skipBadRows: boolean) =>
    void open({ dry_run: false, skip_bad_rows: skipBadRows }, { starts: true }).catch(() => undefined);
  const error = again.error ?? start.error;
  return (
    <Stack gap="sm">
      {one.dry_run && <Text>{inWords(good, wrong)}</Text>}
      {error && <ErrorNotice error={error} />}
      <Group>
        {one.dry_run && wrong === 0 && good > 0 && (
          <Button leftSection={<IconFileImport size={16} />} loading={busy} onClick={() => bring(false)}>
            Import all {plural(good, "region")}
          </Button>
        )}
        {one.dry_run && wrong > 0 && good > 0 && (
          <Button leftSection={<IconFileImport size={16} />} loading={busy} onClick={() => bring(true)}>
            Import the {plural(good, "good row")}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconAdjustments size={16} />}
          loading={busy}
          onClick={() => void open({}, { starts: false }).catch(() => undefined)}
        >
          Change what the labels mean
        </Button>
      </Group>
    </Stack>
  );
}

function inWords(good: number, wrong: number): string {
  if (good === 0 && wrong === 0) return "There is nothing new in this file.";
  if (wrong === 0) return "Every row is right.";
  const refused = `${plural(wrong, "row")} can’t go in, for the reasons below`;
  return good > 0
    ? `${refused}; the other ${plural(good, "region")} can go in without them. Or mend them and send the file again: then all goes in, or nothing.`
    : `${refused}; none is left to import. Say what the labels mean in another way, or mend the file and send it again.`;
}
