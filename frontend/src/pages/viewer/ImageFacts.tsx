import {
  ActionIcon,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";
import { useCorrectImage } from "@/api/mutations";
import { useImage } from "@/api/queries";
import type { FundusImage } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { ErrorNotice, QueryView } from "@/components/states";
import { eyeOf, formatDate } from "@/lib/format";

/** For who brings images in: the file's name, and mending which eye it is said to show. */
export function ImageFacts({ image }: { image: number }) {
  const { can } = useSessionUser();
  const [opened, setOpened] = useState(false);
  if (!can("data.import")) return null;
  return (
    <>
      <Tooltip label="File name, eye and field">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="About this image"
          onClick={() => setOpened(true)}
        >
          <IconInfoCircle size={18} />
        </ActionIcon>
      </Tooltip>
      {opened && <FactsModal id={image} onClose={() => setOpened(false)} />}
    </>
  );
}

function FactsModal({ id, onClose }: { id: number; onClose: () => void }) {
  const image = useImage(id);
  const title = image.data ? `Image ${id} of ${image.data.patient_code}` : `Image ${id}`;
  return (
    <Modal opened onClose={onClose} title={title}>
      <QueryView query={image}>{(data) => <Facts image={data} onClose={onClose} />}</QueryView>
    </Modal>
  );
}

function Facts({ image, onClose }: { image: FundusImage; onClose: () => void }) {
  const correct = useCorrectImage(image.id);
  const known = eyeOf(image.eye);
  const [eye, setEye] = useState<"OD" | "OS" | "">(known === "unknown" ? "" : known);
  const [field, setField] = useState(image.field ?? "");
  const isSame = eye === (known === "unknown" ? "" : known) && field.trim() === (image.field ?? "");
  return (
    <Stack>
      <dl className="kv">
        <dt>File name</dt>
        <dd>{image.source_name || "not known"}</dd>
        <dt>Size</dt>
        <dd>
          {image.width} × {image.height} px
        </dd>
        <dt>Taken</dt>
        <dd>{formatDate(image.exam_date)}</dd>
      </dl>
      <div>
        <Text size="sm" fw={500} id="which-eye">
          Eye
        </Text>
        <SegmentedControl
          aria-labelledby="which-eye"
          fullWidth
          mt={4}
          value={eye}
          onChange={(next) => setEye(next as "OD" | "OS" | "")}
          data={[
            { value: "OD", label: "Right (OD)" },
            { value: "OS", label: "Left (OS)" },
            { value: "", label: "Unknown" },
          ]}
        />
      </div>
      <TextInput
        label="Field"
        description="Which part of the retina, as “macula” or “disc”"
        maxLength={40}
        value={field}
        onChange={(event) => setField(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed">
        Labels and predictions stay as they are; the decisions for this patient’s eyes follow at once.
      </Text>
      {correct.isError && <ErrorNotice error={correct.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={isSame}
          loading={correct.isPending}
          onClick={() => correct.mutate({ eye, field: field.trim() }, { onSuccess: onClose })}
        >
          Save
        </Button>
      </Group>
    </Stack>
  );
}
