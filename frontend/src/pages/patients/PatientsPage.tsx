import { Button, Checkbox, Group, Skeleton, Stack, Switch, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconBrain,
  IconFileImport,
  IconSearch,
  IconStack2,
  IconUserPlus,
  IconUsers,
  IconX,
} from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useBuildMasks, useStartPrediction } from "@/api/mutations";
import { useDecisions, usePatients } from "@/api/queries";
import type { Patient, PatientDecision } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { DecisionBadge, EarlierModelBadge, StateBadge } from "@/components/badges";
import { FollowedJob } from "@/components/FollowedJob";
import { EyeThumb, Pager } from "@/components/parts";
import { PredictAgain } from "@/components/PredictAgain";
import { EmptyState, ErrorNotice, LoadingRows, PageHeader, QueryView } from "@/components/states";
import { eyeOf } from "@/lib/format";
import { AssignModal } from "./AssignModal";
import { labelStates, pickEye } from "./eyes";
import { PredictAllModal } from "./PredictAllModal";

const PAGE_SIZE = 25;

function PatientRow(props: {
  patient: Patient;
  decision: PatientDecision | undefined;
  deciding: boolean;
  selected: boolean;
  onSelect: ((selected: boolean) => void) | undefined;
}) {
  const { patient, decision, selected, onSelect } = props;
  const navigate = useNavigate();
  const unknown = patient.images.filter(({ eye }) => eyeOf(eye) === "unknown");
  const open = () => void navigate(`/patients/${patient.id}`);
  return (
    <Table.Tr className="table-row" data-clickable onClick={open}>
      {onSelect && (
        <Table.Td w={44} onClick={(event) => event.stopPropagation()}>
          <Checkbox
            aria-label={`Select ${patient.code}`}
            checked={selected}
            onChange={(event) => onSelect(event.currentTarget.checked)}
          />
        </Table.Td>
      )}
      <Table.Td>
        <Link to={`/patients/${patient.id}`} onClick={(event) => event.stopPropagation()}>
          <Text component="span" fw={600}>
            {patient.code}
          </Text>
        </Link>
        <Text size="xs" c="dimmed">
          {patient.images.length} {patient.images.length === 1 ? "image" : "images"}
          {patient.is_synthetic ? " · synthetic" : ""}
        </Text>
      </Table.Td>
      <Table.Td w={300}>
        <Group gap={6} wrap="nowrap">
          {(unknown.length < patient.images.length || patient.images.length === 0) && (
            <>
              <EyeThumb eye="OD" image={pickEye(patient.images, "OD")} />
              <EyeThumb eye="OS" image={pickEye(patient.images, "OS")} />
            </>
          )}
          {unknown.slice(0, 1).map((image) => (
            <EyeThumb key={image.id} eye="" image={image} />
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {labelStates(patient.images).map((state) => (
            <StateBadge key={state} state={state} />
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        {decision ? (
          <Group gap={6}>
            <DecisionBadge
              outcome={decision.outcome}
              probability={decision.probability}
              threshold={decision.threshold}
              why={decision.reasons.map(({ message }) => message).join(" ")}
            />
            {!decision.by_champions && <EarlierModelBadge />}
          </Group>
        ) : (
          props.deciding && <Skeleton height={20} width={90} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

export function PatientsPage() {
  const { can, project } = useSessionUser();
  const labelsOnly = can("labels.write") && !can("images.see_project") && !can("images.assign");
  const [search, setSearch] = useState("");
  const [quietSearch] = useDebouncedValue(search.trim(), 250);
  const [mine, setMine] = useState(false);
  const [page, setPage] = useState(1);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [assigning, setAssigning] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const [jobs, setJobs] = useState<readonly string[]>([]);
  const [address, setAddress] = useSearchParams();
  const batch = Number(address.get("import")) || undefined;
  const patients = usePatients({ project: project?.id, search: quietSearch, mine, batch, page });
  const rows = useMemo(() => patients.data?.results ?? [], [patients.data]);
  const decisions = useDecisions(rows.map(({ id }) => id));
  const byPatient = new Map(decisions.data?.map((decision) => [decision.patient, decision]));
  const predict = useStartPrediction();
  const masks = useBuildMasks();
  const mayManage = can("images.assign") || can("predictions.start");
  const allShown = rows.length > 0 && rows.every(({ id }) => selected.has(id));

  const toggle = (ids: readonly number[], on: boolean) =>
    setSelected((before) => {
      const next = new Set(before);
      ids.forEach((id) => (on ? next.add(id) : next.delete(id)));
      return next;
    });
  const startPrediction = () => {
    if (!project) return;
    setConfirming(false);
    const body = { project: project.id, ...(selected.size > 0 ? { patients: [...selected] } : {}) };
    predict.mutate(body, { onSuccess: (job) => setJobs((before) => [...before, job.id]) });
  };
  const buildMasks = () => {
    if (!project) return;
    masks.mutate({ project: project.id }, { onSuccess: (job) => setJobs((before) => [...before, job.id]) });
  };

  return (
    <div className="page">
      <PageHeader
        title={labelsOnly ? "My patients" : "Patients"}
        subtitle={labelsOnly ? "The images assigned to you. Open an eye to label it." : project?.name}
        actions={
          <>
            {can("masks.build") && (
              <Button
                variant="default"
                leftSection={<IconStack2 size={16} />}
                loading={masks.isPending}
                onClick={buildMasks}
              >
                Build masks
              </Button>
            )}
            {can("predictions.start") && (
              <Button
                variant="default"
                leftSection={<IconBrain size={16} />}
                loading={predict.isPending}
                onClick={selected.size > 0 ? startPrediction : () => setConfirming(true)}
              >
                {selected.size > 0 ? `Predict ${selected.size} selected` : "Predict all"}
              </Button>
            )}
            {can("images.assign") && (
              <Button
                leftSection={<IconUserPlus size={16} />}
                disabled={selected.size === 0}
                title={selected.size === 0 ? "Select patients first" : undefined}
                onClick={() => setAssigning(true)}
              >
                Assign {selected.size > 0 ? selected.size : ""}
              </Button>
            )}
          </>
        }
      />
      <PredictAgain />
      {predict.isError && <ErrorNotice error={predict.error} />}
      {masks.isError && <ErrorNotice error={masks.error} />}
      {jobs.map((id) => (
        <FollowedJob
          key={id}
          id={id}
          onClose={() => setJobs((before) => before.filter((one) => one !== id))}
        />
      ))}
      <Group gap="md">
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder="Search patient code"
          aria-label="Search"
          w={300}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setPage(1);
          }}
        />
        {batch !== undefined && (
          <Button
            variant="light"
            rightSection={<IconX size={14} />}
            aria-label={`Of import ${batch}: show all patients`}
            onClick={() => {
              setAddress({});
              setPage(1);
            }}
          >
            Of import #{batch}
          </Button>
        )}
        {can("labels.write") && !labelsOnly && (
          <Switch
            label="Assigned to me"
            checked={mine}
            onChange={(event) => {
              setMine(event.currentTarget.checked);
              setPage(1);
            }}
          />
        )}
      </Group>
      <section className="card" data-flush="true">
        <QueryView query={patients} loading={<LoadingRows rows={8} height={58} />}>
          {({ count }) =>
            rows.length === 0 ? (
              <EmptyState
                icon={<IconUsers size={32} stroke={1.4} />}
                title={quietSearch ? `No patient matches “${quietSearch}”` : "No patients yet"}
                text={
                  labelsOnly || mine
                    ? "Nothing is assigned to you. An administrator assigns images."
                    : "Images come in through an import; each patient then appears here with both eyes."
                }
                action={
                  can("data.import") && !quietSearch ? (
                    <Button component={Link} to="/imports/new" leftSection={<IconFileImport size={16} />}>
                      Import images
                    </Button>
                  ) : undefined
                }
              />
            ) : (
              <Stack gap={0}>
                <Table.ScrollContainer minWidth={760}>
                  <Table highlightOnHover verticalSpacing="xs">
                    <Table.Thead>
                      <Table.Tr>
                        {mayManage && (
                          <Table.Th>
                            <Checkbox
                              aria-label="Select all on this page"
                              checked={allShown}
                              indeterminate={!allShown && rows.some(({ id }) => selected.has(id))}
                              onChange={(event) =>
                                toggle(
                                  rows.map(({ id }) => id),
                                  event.currentTarget.checked,
                                )
                              }
                            />
                          </Table.Th>
                        )}
                        <Table.Th>Patient</Table.Th>
                        <Table.Th>Eyes (right · left)</Table.Th>
                        <Table.Th>Labels</Table.Th>
                        <Table.Th>Decision</Table.Th>
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {rows.map((patient) => (
                        <PatientRow
                          key={patient.id}
                          patient={patient}
                          decision={byPatient.get(patient.id)}
                          deciding={decisions.isPending}
                          selected={selected.has(patient.id)}
                          onSelect={mayManage ? (on) => toggle([patient.id], on) : undefined}
                        />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
                <Pager page={page} count={count} pageSize={PAGE_SIZE} noun="patient" onPage={setPage} />
              </Stack>
            )
          }
        </QueryView>
      </section>
      {decisions.isError && <ErrorNotice error={decisions.error} onRetry={() => void decisions.refetch()} />}
      <Text className="disclaimer">
        Decisions are for research and decision support, not a medical device.
      </Text>
      {confirming && <PredictAllModal onClose={() => setConfirming(false)} onConfirm={startPrediction} />}
      {assigning && project && (
        <AssignModal
          project={project}
          patients={[...selected]}
          onClose={() => setAssigning(false)}
          onDone={() => {
            setAssigning(false);
          }}
        />
      )}
    </div>
  );
}
