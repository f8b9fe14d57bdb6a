import {
  Alert,
  Button,
  Checkbox,
  FileButton,
  Group,
  MultiSelect,
  Progress,
  SegmentedControl,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { IconFileImport, IconFolder, IconUpload, IconX } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useUsers } from "@/api/queries";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, PageHeader } from "@/components/states";
import { formatBytes, plural } from "@/lib/format";
import { droppedFiles, fileKind, sortFiles } from "./files";
import { useImportUpload } from "./useImportUpload";

type Kind = "images" | "via";

const HELP: Readonly<Record<Kind, string>> = {
  images:
    "Fundus photographs (JPEG, PNG, TIFF) and, if you have one, a labels CSV with the column file and any of patient, eye, label, icdr_grade, dme_risk, exam_date, site, camera. Its labels count as accepted; bad rows are left out and reported.",
  via: "A VGG Image Annotator CSV. Its file names must be those of images already in this project; the attribute “Abnormality” names the lesion.",
};

function DropArea({ kind, onFiles }: { kind: Kind; onFiles: (files: File[]) => void }) {
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <div
      className="drop-area"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void droppedFiles(event.dataTransfer).then(onFiles);
      }}
    >
      <Stack align="center" gap="xs">
        <IconUpload size={30} stroke={1.4} />
        <Text fw={600}>{kind === "images" ? "Drop images or a folder here" : "Drop the VIA CSV here"}</Text>
        <Text size="sm" c="dimmed" maw={560}>
          {HELP[kind]}
        </Text>
        <Group gap="sm" mt="xs">
          <FileButton
            multiple
            accept={kind === "images" ? "image/jpeg,image/png,image/tiff,.csv" : ".csv"}
            onChange={onFiles}
          >
            {(button) => (
              <Button {...button} variant="default">
                Choose files
              </Button>
            )}
          </FileButton>
          {kind === "images" && (
            <>
              <input
                ref={folder}
                type="file"
                multiple
                hidden
                aria-label="Folder"
                {...{ webkitdirectory: "" }}
                onChange={(event) => {
                  onFiles([...(event.currentTarget.files ?? [])]);
                  event.currentTarget.value = "";
                }}
              />
              <Button
                variant="default"
                leftSection={<IconFolder size={16} />}
                onClick={() => folder.current?.click()}
              >
                Choose a folder
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </div>
  );
}

function FileList({ files, onRemove }: { files: readonly File[]; onRemove: (file: File) => void }) {
  const images = files.filter(({ name }) => fileKind(name) === "image");
  const csv = files.find(({ name }) => fileKind(name) === "csv");
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <Stack gap="xs">
      <Text size="sm">
        {images.length > 0 && plural(images.length, "image")}
        {images.length > 0 && csv && " and "}
        {csv && `${images.length > 0 ? "the " : ""}CSV ${csv.name}`} · {formatBytes(bytes)}
      </Text>
      <Table.ScrollContainer minWidth={300} mah={260}>
        <Table verticalSpacing={2}>
          <Table.Tbody>
            {files.slice(0, 200).map((file) => (
              <Table.Tr key={file.name}>
                <Table.Td>{file.name}</Table.Td>
                <Table.Td ta="right">{formatBytes(file.size)}</Table.Td>
                <Table.Td w={40}>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="gray"
                    aria-label={`Leave out ${file.name}`}
                    onClick={() => onRemove(file)}
                  >
                    <IconX size={14} />
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {files.length > 200 && (
        <Text size="xs" c="dimmed">
          and {files.length - 200} more
        </Text>
      )}
    </Stack>
  );
}

export function NewImportPage() {
  const { project } = useSessionUser();
  const navigate = useNavigate();
  const users = useUsers();
  const upload = useImportUpload();
  const [kind, setKind] = useState<Kind>("images");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [refused, setRefused] = useState<readonly { name: string; why: string }[]>([]);
  const [accept, setAccept] = useState(false);
  const [dryRun, setDryRun] = useState(false);
  const [skipBadRows, setSkipBadRows] = useState(false);
  const [assignTo, setAssignTo] = useState<string[]>([]);
  const busy = upload.state.kind === "sending" || upload.state.kind === "starting";

  const take = (more: readonly File[], as: Kind = kind) => {
    const sorted = sortFiles([...files, ...more], as);
    setFiles(sorted.taken);
    setRefused(sorted.refused);
  };
  const send = async () => {
    if (!project) return;
    const options = {
      project: project.id,
      kind,
      accept,
      dry_run: dryRun,
      skip_bad_rows: kind === "via" && skipBadRows,
      assign_to: kind === "images" ? assignTo.map(Number) : [],
    };
    const id = await upload.run(options, files);
    if (id !== null) void navigate(`/imports/${id}`);
  };

  return (
    <div className="page">
      <PageHeader
        above={<Link to="/imports">Imports</Link>}
        title="New import"
        subtitle={`Into ${project?.name ?? "…"}. Duplicates are skipped and reported; nothing is half-imported.`}
      />
      <section className="card">
        <Stack>
          <SegmentedControl
            w="fit-content"
            value={kind}
            disabled={busy}
            onChange={(value) => {
              const next = value as Kind;
              setKind(next);
              const sorted = sortFiles(files, next);
              setFiles(sorted.taken);
              setRefused(sorted.refused);
            }}
            data={[
              { value: "images", label: "Images, with or without labels" },
              { value: "via", label: "VIA regions (CSV)" },
            ]}
          />
          <DropArea kind={kind} onFiles={take} />
          {refused.length > 0 && (
            <Alert
              color="orange"
              title={`${plural(refused.length, "file")} left out`}
              withCloseButton
              onClose={() => setRefused([])}
            >
              {refused.slice(0, 5).map(({ name, why }) => (
                <Text key={name} size="sm">
                  {name}: {why}
                </Text>
              ))}
              {refused.length > 5 && <Text size="sm">and {refused.length - 5} more</Text>}
            </Alert>
          )}
          {files.length > 0 && (
            <FileList
              files={files}
              onRemove={(file) => setFiles((before) => before.filter((one) => one !== file))}
            />
          )}
        </Stack>
      </section>
      <section className="card">
        <Stack>
          <Title order={2}>Options</Title>
          {kind === "via" && (
            <Checkbox
              label="Accept the labels at once"
              description="They can be trained on without anyone judging them first. For labels that were checked elsewhere."
              checked={accept}
              onChange={(event) => setAccept(event.currentTarget.checked)}
            />
          )}
          <Checkbox
            label="Dry run"
            description="Check everything and report, but change nothing."
            checked={dryRun}
            onChange={(event) => setDryRun(event.currentTarget.checked)}
          />
          {kind === "via" && (
            <Checkbox
              label="Leave out bad rows"
              description="Import the rest and report them. Otherwise one bad row stops the whole import."
              checked={skipBadRows}
              onChange={(event) => setSkipBadRows(event.currentTarget.checked)}
            />
          )}
          {kind === "images" && (
            <MultiSelect
              label="Assign the images to"
              placeholder="Nobody yet"
              maw={460}
              clearable
              data={(users.data?.results ?? [])
                .filter(({ roles }) => roles.includes("specialist"))
                .map((user) => ({ value: String(user.id), label: user.full_name || user.username }))}
              value={assignTo}
              onChange={setAssignTo}
            />
          )}
          {users.isError && <ErrorNotice error={users.error} onRetry={() => void users.refetch()} />}
          {upload.state.kind === "failed" && (
            <ErrorNotice error={upload.state.error} onRetry={() => void send()} />
          )}
          {upload.state.kind === "sending" && (
            <Stack gap={4}>
              <Progress
                value={(100 * upload.state.sentBytes) / Math.max(1, upload.state.totalBytes)}
                animated
                aria-label="Upload"
              />
              <Text size="sm" c="dimmed">
                Sending {formatBytes(upload.state.sentBytes)} of {formatBytes(upload.state.totalBytes)}
              </Text>
            </Stack>
          )}
          <Group>
            <Button
              leftSection={<IconFileImport size={16} />}
              disabled={files.length === 0 || !project}
              loading={busy}
              onClick={() => void send()}
            >
              {dryRun ? "Check" : "Import"} {files.length > 0 ? plural(files.length, "file") : ""}
            </Button>
            {upload.state.kind === "sending" && (
              <Button variant="default" onClick={upload.stop}>
                Stop
              </Button>
            )}
          </Group>
        </Stack>
      </section>
    </div>
  );
}
