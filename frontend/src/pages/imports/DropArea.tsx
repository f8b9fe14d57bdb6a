import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { IconFolder, IconUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { droppedFiles, type ImportKind } from "./files";

const HELP: Readonly<Record<ImportKind, string>> = {
  images:
    "Fundus photographs (JPEG, PNG, TIFF, BMP or DICOM), single, in folders or in a zip archive; and, if you have one, a labels CSV with the column file and any of patient, eye, label, icdr_grade, dme_risk, exam_date, site, camera, field. Its labels count as accepted; bad rows are left out and reported.",
  via: "A file of VGG Image Annotator 1, 2 or 3: annotations in CSV or JSON, or a saved project; one at a time. Its file names must be those of images already in this project.",
  masks:
    "PNG or TIFF files, single, in folders or in a zip archive, called <image>_<class>, for example IDRiD_01_EX.png: one per lesion class, of the image's own size. Every pixel is kept. The images must be in this project already; a missing file means that the lesion is absent.",
  coco: "A COCO file: outlines, or pixel by pixel, or boxes; one at a time. Its file names must be those of images already in this project; its categories name the lesions.",
};

const TITLE: Readonly<Record<ImportKind, string>> = {
  images: "Drop images, a folder or a zip archive here",
  via: "Drop the VIA file here",
  masks: "Drop masks, a folder or a zip archive here",
  coco: "Drop the COCO file here",
};

const ACCEPT: Readonly<Record<ImportKind, string>> = {
  images: "image/*,.dcm,.dicom,.csv,.zip",
  via: ".csv,.json",
  masks: "image/png,image/tiff,.zip",
  coco: ".json",
};

const TAKES_FOLDERS: readonly ImportKind[] = ["images", "masks"];

export function DropArea({ kind, onFiles }: { kind: ImportKind; onFiles: (files: File[]) => void }) {
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
        <Text fw={600}>{TITLE[kind]}</Text>
        <Text size="sm" c="dimmed" maw={560}>
          {HELP[kind]}
        </Text>
        <Group gap="sm" mt="xs">
          <FileButton multiple accept={ACCEPT[kind]} onChange={onFiles}>
            {(button) => (
              <Button {...button} variant="default">
                Choose files
              </Button>
            )}
          </FileButton>
          {TAKES_FOLDERS.includes(kind) && (
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
