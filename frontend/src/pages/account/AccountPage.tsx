import { Button, Code, CopyButton, Group, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { IconCheck, IconCopy, IconKey } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useCreateToken, useRevokeToken } from "@/api/mutations";
import { useTokens } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { EmptyState, ErrorNotice, PageHeader, QueryView } from "@/components/states";
import { formatWhen, humanize } from "@/lib/format";
import { SecondFactorSection } from "./SecondFactorSection";

function NewTokenForm() {
  const create = useCreateToken();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(name.trim(), { onSuccess: () => setName("") });
  };
  return (
    <Stack gap="sm">
      <form onSubmit={submit}>
        <Group align="flex-end" gap="sm">
          <TextInput
            label="New token"
            description="A name that says which script uses it"
            value={name}
            required
            maxLength={60}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
            Create
          </Button>
        </Group>
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

export function AccountPage() {
  const { user } = useSessionUser();
  const tokens = useTokens();
  const revoke = useRevokeToken();
  return (
    <div className="page">
      <PageHeader
        title={user.full_name || user.username}
        subtitle={`Signed in as ${user.username} · ${user.roles.map(humanize).join(", ")}`}
      />
      <SecondFactorSection user={user} />
      <section className="card">
        <Stack>
          <div>
            <Title order={2}>Personal tokens</Title>
            <Text size="sm" c="dimmed">
              Scripts sign in with <Code>Authorization: Token …</Code> and may do what you may do.
            </Text>
          </div>
          <NewTokenForm />
          {revoke.isError && <ErrorNotice error={revoke.error} />}
          <QueryView query={tokens}>
            {({ results }) =>
              results.length === 0 ? (
                <EmptyState icon={<IconKey size={30} stroke={1.4} />} title="No tokens yet" />
              ) : (
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Name</Table.Th>
                      <Table.Th>Created</Table.Th>
                      <Table.Th>Last used</Table.Th>
                      <Table.Th />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((token) => (
                      <Table.Tr key={token.id}>
                        <Table.Td>{token.name}</Table.Td>
                        <Table.Td>{formatWhen(token.created_at)}</Table.Td>
                        <Table.Td>{token.last_used_at ? formatWhen(token.last_used_at) : "never"}</Table.Td>
                        <Table.Td ta="right">
                          <Button
                            size="xs"
                            color="red"
                            variant="subtle"
                            loading={revoke.isPending && revoke.variables === token.id}
                            onClick={() => revoke.mutate(token.id)}
                          >
                            Revoke
                          </Button>
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              )
            }
          </QueryView>
        </Stack>
      </section>
    </div>
  );
}
