import {
  Anchor,
  Badge,
  Button,
  Group,
  NativeSelect,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { asApiError } from "@/api/errors";
import {
  QUEUE_PAGE_SIZE,
  useNextPatient,
  useQueueSummary,
  useReviewQueue,
  WHOLE_QUEUE,
  type QueueEye,
  type QueueFilter,
  type QueueRow,
  type QueueState,
  type QueueSummary,
  type Why,
} from "@/api/reviewQueue";
import { useSessionUser } from "@/app/session";
import { EyeThumb, Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { eyeOf, formatDate, plural } from "@/lib/format";
import { likelihoods } from "./likelihoods";
import { keepFilter, keptFilter } from "./queueFilter";

const TONES: Readonly<Partial<Record<Why, string>>> = {
  contradiction: "orange",
  against_specialist: "orange",
  uncertain: "yellow",
  referable_uncertain: "yellow",
  referable: "red",
  ungradable: "orange",
  incomplete: "orange",
  dr: "red",
  picked: "violet",
};

const isNarrowed = (filter: QueueFilter) =>
  Object.entries(filter).some(([name, value]) => name !== "state" && value !== "");

/** Patients in the order in which they deserve a reviewer's eyes, and why. */
export function QueuePage() {
  const { project, can } = useSessionUser();
  const [filter, setFilter] = useState<QueueFilter>(keptFilter);
  const [page, setPage] = useState(1);
  const queue = useReviewQueue(project?.id, filter, page);
  const summary = useQueueSummary(project?.id);
  const next = useNextPatient(project?.id);
  const navigate = useNavigate();
  const change = (part: Partial<QueueFilter>) => {
    const changed = { ...filter, ...part };
    setFilter(changed);
    keepFilter(changed);
    setPage(1);
  };
  const goOn = () =>
    next.mutate(
      { filter, after: null },
      {
        onSuccess: (patient) => {
          if (patient !== null) void navigate(`/review/${patient}`);
          else notifications.show({ message: "Nobody in this part of the queue is free." });
        },
        onError: (error) => notifications.show({ color: "red", message: asApiError(error).message }),
      },
    );
  return (
    <div className="page">
      <PageHeader
        title="Review"
        subtitle="Patients by what deserves eyes first. For research and decision support, not a medical device."
        actions={
          can("reviews.write") && (
            <Button loading={next.isPending} onClick={goOn}>
              Next patient
            </Button>
          )
        }
      />
      <Filters filter={filter} onChange={change} summary={summary.data} />
      {summary.data !== undefined && summary.data.waiting > 0 && (
        <Text size="sm" c="dimmed" role="status">
          {plural(summary.data.waiting, "patient")} about to be sorted in: what their place rests on has
          changed.
        </Text>
      )}
      <section className="card" aria-label="Queue">
        <QueryView query={queue}>
          {({ count, results }) =>
            results.length === 0 ? (
              <EmptyState title="Nobody here" text="No patient of this project fits what is chosen above." />
            ) : (
              <>
                <Table.ScrollContainer minWidth={760}>
                  <Table verticalSpacing="xs" aria-label="Queue">
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th w={180}>Newest exam</Table.Th>
                        <Table.Th>Patient</Table.Th>
                        <Table.Th>Why</Table.Th>
                        <Table.Th ta="right">Highest probability</Table.Th>
                        <Table.Th>With</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {results.map((row) => (
                        <Row key={row.patient} row={row} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={QUEUE_PAGE_SIZE} noun="patient" onPage={setPage} />
              </>
            )
          }
        </QueryView>
      </section>
    </div>
  );
}

function Filters(props: {
  filter: QueueFilter;
  onChange: (part: Partial<QueueFilter>) => void;
  summary: QueueSummary | undefined;
}) {
  const { filter, onChange, summary } = props;
  const counted = (words: string, count: number | undefined) =>
    count === undefined ? words : `${words} (${count})`;
  const places = (all: string, names: readonly string[] = []) => [
    { value: "", label: all },
    ...names.map((name) => ({ value: name, label: name })),
  ];
  return (
    <Group gap="sm" align="flex-end" mb="md">
      <SegmentedControl
        size="sm"
        aria-label="Which patients"
        value={filter.state}
        onChange={(state) => onChange({ state: state as QueueState })}
        data={[
          { value: "open", label: counted("Open", summary?.open) },
          { value: "mine", label: counted("Mine", summary?.mine) },
          { value: "signed", label: counted("Signed", summary?.signed) },
        ]}
      />
      <NativeSelect
        label="Reason"
        w={300}
        value={filter.why}
        onChange={(event) => onChange({ why: event.currentTarget.value as Why | "" })}
        data={[
          { value: "", label: "All reasons" },
          ...(summary?.reasons ?? []).map(({ code, message, patients }) => ({
            value: code,
            label: `${message} (${patients})`,
          })),
        ]}
      />
      <NativeSelect
        label="Eye"
        value={filter.eye}
        onChange={(event) => onChange({ eye: event.currentTarget.value as QueueEye | "" })}
        data={[
          { value: "", label: "Either eye" },
          { value: "OD", label: "Right (OD)" },
          { value: "OS", label: "Left (OS)" },
          { value: "unknown", label: "Not known" },
        ]}
      />
      <NativeSelect
        label="Site"
        value={filter.site}
        onChange={(event) => onChange({ site: event.currentTarget.value })}
        data={places("All sites", summary?.sites)}
      />
      <NativeSelect
        label="Camera"
        value={filter.camera}
        onChange={(event) => onChange({ camera: event.currentTarget.value })}
        data={places("All cameras", summary?.cameras)}
      />
      <Group gap="sm" wrap="nowrap">
        <TextInput
          type="date"
          label="Newest exam from"
          value={filter.since}
          onChange={(event) => onChange({ since: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="to"
          value={filter.until}
          onChange={(event) => onChange({ until: event.currentTarget.value })}
        />
      </Group>
      {isNarrowed(filter) && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => onChange({ ...WHOLE_QUEUE, state: filter.state })}
        >
          Clear filters
        </Button>
      )}
    </Group>
  );
}

function Row({ row }: { row: QueueRow }) {
  const to = `/review/${row.patient}`;
  const right = row.images.find(({ eye }) => eyeOf(eye) === "OD");
  const left = row.images.find(({ eye }) => eyeOf(eye) === "OS");
  const unknown = row.images.filter(({ eye }) => eyeOf(eye) === "unknown").slice(0, 2);
  return (
    <Table.Tr className="table-row" data-patient={row.patient}>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          {(right || unknown.length === 0) && <EyeThumb eye="OD" image={right} to={to} />}
          {(left || unknown.length === 0) && <EyeThumb eye="OS" image={left} to={to} />}
          {unknown.map((image) => (
            <EyeThumb key={image.id} eye="" image={image} to={to} />
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={to} fw={600}>
          {row.patient_code}
        </Anchor>
        <Text size="xs" c="dimmed">
          {[formatDate(row.exam_date), ...row.sites, ...row.cameras].join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td>
        <Stack gap={4} align="flex-start">
          {row.whys.map(({ code, message }) => (
            <Badge
              key={code}
              color={TONES[code] ?? "gray"}
              variant="light"
              radius="sm"
              tt="none"
              miw="fit-content"
            >
              {message}
            </Badge>
          ))}
        </Stack>
      </Table.Td>
      <Table.Td ta="right">
        {likelihoods(row).map(({ of, value, from }) => (
          <Text key={of} size="sm">
            {of} {value}
            {from && (
              <Text span size="xs" c="dimmed">
                {` ${from}`}
              </Text>
            )}
          </Text>
        ))}
      </Table.Td>
      <Table.Td>
        <Text size="sm" c={row.claim && !row.claim.mine ? "orange" : "dimmed"}>
          {row.signed ? "signed" : !row.claim ? "nobody" : row.claim.mine ? "you" : row.claim.reviewer_name}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
