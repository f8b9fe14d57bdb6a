import { Alert, Button, Group, Progress, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconFileImport } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, PageHeader } from "@/components/states";
import { formatBytes, plural } from "@/lib/format";
import { DropArea } from "./DropArea";
import { FileList } from "./FileList";
import { fileKind, isLabelFile, pathOf, sortFiles, type ImportKind } from "./files";
import { ImagesOptions, NO_IMAGES_CHOICES } from "./ImagesOptions";
import { LabelsNext } from "./LabelsNext";
import { MasksOptions, NO_MASKS_CHOICES } from "./MasksOptions";
import { useImportUpload } from "./useImportUpload";

const counted = (files: readonly File[]) => (files.length > 0 ? plural(files.length, "file") : "");

export function NewImportPage() {
  const { project } = useSessionUser();
  const navigate = useNavigate();
  const upload = useImportUpload();
  const [kind, setKind] = useState<ImportKind>("images");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [refused, setRefused] = useState<readonly { name: string; why: string }[]>([]);
  const [images, setImages] = useState(NO_IMAGES_CHOICES);
  const [masks, setMasks] = useState(NO_MASKS_CHOICES);
  const dryRun = kind === "images" ? images.dryRun : kind === "masks" && masks.dryRun;
  const busy = upload.state.kind === "sending" || upload.state.kind === "starting";

  const take = (more: readonly File[], as: ImportKind = kind) => {
    const sorted = sortFiles([...files, ...more], as);
    setFiles(sorted.taken);
    setRefused(sorted.refused);
  };
  const send = async () => {
    if (!project) return;
    const options = {
      project: project.id,
      kind,
      accept: kind === "masks" && masks.accept,
      dry_run: dryRun,
      skip_bad_rows: false,
      assign_to: kind === "images" ? images.assignTo.map(Number) : [],
      ...(kind === "masks" ? { options: { index: masks.index } } : {}),
      ...(kind === "images" && images.pattern !== null
        ? { options: { file_name: { pattern: images.pattern.trim() } } }
        : {}),
    };
    const id = await upload.run(options, files, { starts: !isLabelFile(kind) });
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
              const next = value as ImportKind;
              setKind(next);
              const sorted = sortFiles(files, next);
              setFiles(sorted.taken);
              setRefused(sorted.refused);
            }}
            data={[
              { value: "images", label: "Images, with or without labels" },
              { value: "via", label: "VIA regions" },
              { value: "masks", label: "Masks" },
              { value: "coco", label: "COCO" },
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
          <Title order={2}>{isLabelFile(kind) ? "What happens next" : "Options"}</Title>
          {kind === "images" && project && (
            <ImagesOptions
              project={project.id}
              names={files.filter(({ name }) => fileKind(name) === "image").map(pathOf)}
              value={images}
              onChange={setImages}
            />
          )}
          {isLabelFile(kind) && <LabelsNext />}
          {kind === "masks" && <MasksOptions value={masks} onChange={setMasks} />}
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
              {isLabelFile(kind) ? "Read the file" : `${dryRun ? "Check" : "Import"} ${counted(files)}`}
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
