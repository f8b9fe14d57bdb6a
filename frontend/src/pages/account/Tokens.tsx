import {
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  NativeSelect,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { IconCheck, IconCopy, IconKey } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useCreateToken, useRevokeToken, useTokenRules, type Scope, type Token } from "@/api/people";
import { useTokens } from "@/api/queries";
import { EmptyState, ErrorNotice, QueryView } from "@/components/states";
import { formatDate, formatWhen, humanize } from "@/lib/format";

const DAY_MS = 24 * 3600 * 1000;

/** Tokens for a person's scripts: what each may do, until when, and when it was last used. */
export function Tokens() {
  const tokens = useTokens();
  const revoke = useRevokeToken();
  return (
    <section className="card" aria-label="Personal tokens">
      <Stack>
        <div>
          <Title order={2}>Personal tokens</Title>
          <Text size="sm" c="dimmed">
            Scripts sign in with <Code>Authorization: Token …</Code>. A token reads what you may see and does
            besides only what it is made for, never more than you may do.
          </Text>
        </div>
        <NewTokenForm />
        {revoke.isError && <ErrorNotice error={revoke.error} />}
        <QueryView query={tokens}>
          {({ results }) =>
            results.length === 0 ? (
              <EmptyState icon={<IconKey size={30} stroke={1.4} />} title="No tokens yet" />
            ) : (
              <Table verticalSpacing="xs" aria-label="Tokens">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Name</Table.Th>
                    <Table.Th>May</Table.Th>
                    <Table.Th>Made</Table.Th>
                    <Table.Th>Last used</Table.Th>
                    <Table.Th>Ends</Table.Th>
                    <Table.Th />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {results.map((token) => (
                    <TokenRow
                      key={token.id}
                      token={token}
                      revoking={revoke.isPending && revoke.variables === token.id}
                      onRevoke={() => revoke.mutate(token.id)}
                    />
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </QueryView>
      </Stack>
    </section>
  );
}

function TokenRow(props: { token: Token; revoking: boolean; onRevoke: () => void }) {
  const { token } = props;
  const ended = new Date(token.expires_at) < new Date();
  return (
    <Table.Tr>
      <Table.Td>
        {token.name}{" "}
        <Text span size="xs" c="dimmed" ff="monospace">
          {token.prefix}…
        </Text>
      </Table.Td>
      <Table.Td>{token.scopes.map(humanize).join(", ")}</Table.Td>
      <Table.Td>{formatDate(token.created_at)}</Table.Td>
      <Table.Td>{token.last_used_at ? formatWhen(token.last_used_at) : "never"}</Table.Td>
      <Table.Td>
        <Text size="sm" c={ended ? "red" : undefined}>
          {ended ? `ended ${formatDate(token.expires_at)}` : formatDate(token.expires_at)}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Button size="xs" color="red" variant="subtle" loading={props.revoking} onClick={props.onRevoke}>
          Revoke
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function NewTokenForm() {
  const rules = useTokenRules();
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState(0);
  const lasting = days || (rules.data?.days ?? 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const expires_at = new Date(Date.now() + lasting * DAY_MS).toISOString();
    create.mutate(
      { name: name.trim(), scopes: scopes as Scope[], expires_at },
      { onSuccess: () => setName("") },
    );
  };
  if (!rules.data) return null;
  const offered = [...new Set([7, 30, rules.data.days, rules.data.max_days])].filter(
    (number) => number <= rules.data.max_days,
  );
  const scopesOffered = rules.data.scopes.filter(({ value }) => value !== "read");
  return (
    <Stack gap="sm">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group align="flex-end" gap="sm">
            <TextInput
              label="New token"
              description="A name that says which script uses it"
              value={name}
              required
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <NativeSelect
              label="Ends after"
              value={String(lasting)}
              data={offered
                .toSorted((one, other) => one - other)
                .map((number) => ({ value: String(number), label: `${number} days` }))}
              onChange={(event) => setDays(Number(event.currentTarget.value))}
            />
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
              Create
            </Button>
          </Group>
          {scopesOffered.length > 0 && (
            <Checkbox.Group label="Besides reading it may" value={scopes} onChange={setScopes}>
              <Group gap="md" mt={4}>
                {scopesOffered.map(({ value, title }) => (
                  <Checkbox key={value} value={value} label={title} />
                ))}
              </Group>
            </Checkbox.Group>
          )}
        </Stack>
      </form>
      {create.isError && <ErrorNotice error={create.error} />}
      {create.data && (
        <div className="banner" data-tone="warn">
          <Text size="sm" fw={600}>
            Copy it now: it is not shown again.
          </Text>
          <Group gap="sm" mt={4}>
            <Code>{create.data.key}</Code>
            <CopyButton value={create.data.key}>
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
          </Group>
        </div>
      )}
    </Stack>
  );
}
