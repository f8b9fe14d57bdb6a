import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { EVERYTHING, useAuditNames, type AuditFilter } from "@/api/audit";
import { useUsers } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { actionInWords, objectInWords } from "./words";

export function AuditSearch(props: {
  filter: AuditFilter;
  onNarrow: (change: Partial<AuditFilter>) => void;
}) {
  const { filter, onNarrow } = props;
  const { can } = useSessionUser();
  const names = useAuditNames();
  const users = useUsers(can("people.manage"));
  const narrowed = Object.values(filter).some((value) => value !== "");
  return (
    <Group p="sm" gap="xs" align="flex-end">
      <TextInput
        label="Words"
        placeholder="In names, reasons, details"
        leftSection={<IconSearch size={16} />}
        w={210}
        maxLength={200}
        value={filter.text}
        onChange={(event) => onNarrow({ text: event.currentTarget.value })}
      />
      <Select
        label="Person"
        placeholder="Anybody"
        w={160}
        searchable
        clearable
        data={(users.data?.results ?? []).map(({ id, username, full_name }) => ({
          value: String(id),
          label: full_name || username,
        }))}
        value={filter.person || null}
        onChange={(person) => onNarrow({ person: person ?? "" })}
      />
      <Select
        label="Action"
        placeholder="Any"
        w={200}
        searchable
        clearable
        data={(names.data?.actions ?? []).map((action) => ({ value: action, label: actionInWords(action) }))}
        value={filter.action || null}
        onChange={(action) => onNarrow({ action: action ?? "" })}
      />
      <Select
        label="About"
        placeholder="Anything"
        w={150}
        searchable
        clearable
        data={(names.data?.object_types ?? []).map((type) => ({ value: type, label: objectInWords(type) }))}
        value={filter.objectType || null}
        onChange={(objectType) => onNarrow({ objectType: objectType ?? "" })}
      />
      <TextInput
        label="Number"
        w={80}
        value={filter.objectId}
        onChange={(event) => onNarrow({ objectId: event.currentTarget.value })}
      />
      <TextInput
        label="From"
        type="date"
        w={140}
        value={filter.since}
        onChange={(event) => onNarrow({ since: event.currentTarget.value })}
      />
      <TextInput
        label="To"
        type="date"
        w={140}
        value={filter.until}
        onChange={(event) => onNarrow({ until: event.currentTarget.value })}
      />
      {narrowed && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} />}
          onClick={() => onNarrow(EVERYTHING)}
        >
          Clear
        </Button>
      )}
    </Group>
  );
}
