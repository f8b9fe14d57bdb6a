import { Alert, Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft, IconMoodEmpty, IconRefresh } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { asApiError } from "@/api/errors";
import { listOf } from "@/lib/places";

const NOT_FOUND = 404;

function TryAgain({ onRetry }: { onRetry: () => void }) {
  return (
    <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={() => onRetry()}>
      Try again
    </Button>
  );
}

function BackToList() {
  const { to, title } = listOf(useLocation().pathname);
  return (
    <Button component={Link} to={to} size="xs" variant="default" leftSection={<IconArrowLeft size={14} />}>
      {title}
    </Button>
  );
}

/** What went wrong and what to do; what is not there is not asked for again, its list is offered instead. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, remedy, code, status } = asApiError(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={message}
      role="alert"
      data-code={code}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm">{remedy || "Try again; if it stays, tell an administrator."}</Text>
        {onRetry && (status === NOT_FOUND ? <BackToList /> : <TryAgain onRetry={onRetry} />)}
      </Group>
    </Alert>
  );
}

export function EmptyState(props: { title: string; text?: ReactNode; icon?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      {props.icon ?? <IconMoodEmpty size={32} stroke={1.4} />}
      <Text fw={600} c="var(--mantine-color-text)">
        {props.title}
      </Text>
      {props.text && (
        <Text size="sm" maw={460}>
          {props.text}
        </Text>
      )}
      {props.action}
    </div>
  );
}

export function LoadingRows({ rows = 5, height = 28 }: { rows?: number; height?: number }) {
  return (
    <Stack gap="sm" p="md" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} />
      ))}
    </Stack>
  );
}

/** Loading, error or the data: what every page does with a query. */
export function QueryView<T>(props: {
  query: UseQueryResult<T>;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const { query, loading, children } = props;
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  return <>{loading ?? <LoadingRows />}</>;
}

export function PageHeader(props: {
  title: ReactNode;
  subtitle?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="page-header">
      <div>
        {props.above && (
          <Text size="sm" c="dimmed" mb={2}>
            {props.above}
          </Text>
        )}
        <Title order={1}>{props.title}</Title>
        {props.subtitle && (
          <Text size="sm" c="dimmed" mt={2}>
            {props.subtitle}
          </Text>
        )}
      </div>
      {props.actions && <Group gap="sm">{props.actions}</Group>}
    </header>
  );
}
