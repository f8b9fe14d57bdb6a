import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowMerge } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useImage } from "@/api/queries";
import type { FundusImage, LabelSet } from "@/api/types";
import { useImageAgreement, useMerge, type PairAgreement } from "@/api/work";
import { useSessionUser } from "@/app/session";
import { EmptyState, ErrorNotice, PageHeader, QueryView } from "@/components/states";
import { eyeName } from "@/lib/format";
import { NotFoundPage } from "../NotFoundPage";
import { ComparedPictures } from "./ComparedPictures";
import { PairFigures } from "./PairFigures";
import { latestMerged, readerOf } from "./readers";

export function ImageAgreementPage() {
  const id = Number(useParams()["id"]);
  const image = useImage(id);
  const agreement = useImageAgreement(id);
  if (!Number.isInteger(id)) return <NotFoundPage />;
  return (
    <div className="page">
      <QueryView query={image}>
        {(shown) => (
          <>
            <PageHeader
              above={<Link to="/agreement">Agreement</Link>}
              title={`${shown.patient_code} · ${eyeName(shown.eye)}`}
              subtitle="What the readers answered and drew, beside each other."
              actions={
                <Button component={Link} to={`/images/${id}`} variant="default">
                  Open the image
                </Button>
              }
            />
            <QueryView query={agreement}>
              {({ pairs, label_sets: sets }) =>
                pairs.length === 0 ? (
                  <section className="card">
                    <EmptyState
                      title="There are no two readings to compare"
                      text="The figures appear once two readings of this image are submitted."
                    />
                  </section>
                ) : (
                  <Comparison image={shown} pairs={pairs} sets={sets} />
                )
              }
            </QueryView>
          </>
        )}
      </QueryView>
    </div>
  );
}

function Comparison(props: {
  image: FundusImage;
  pairs: readonly PairAgreement[];
  sets: readonly LabelSet[];
}) {
  const { image, pairs, sets } = props;
  const { project } = useSessionUser();
  const merge = useMerge(image.id);
  const [chosen, setChosen] = useState("0");
  const pair = pairs[Number(chosen)] ?? pairs[0];
  const first = sets.find(({ id }) => id === pair?.first);
  const second = sets.find(({ id }) => id === pair?.second);
  if (!pair || !first || !second) return null;
  const { merged, outdated } = latestMerged(sets, first, second);
  const nameOf = (id: number) => {
    const set = sets.find((one) => one.id === id);
    return set ? readerOf(set) : String(id);
  };
  const onMerge = () =>
    merge.mutate(
      { first: first.id, second: second.id },
      {
        onSuccess: ({ regions_count: count }) =>
          notifications.show({
            color: "teal",
            title: "Merged",
            message: `${count} lesions; a reviewer accepts the merged labels or leaves them.`,
          }),
      },
    );
  return (
    <Stack>
      <Group justify="space-between">
        {pairs.length > 1 ? (
          <Select
            aria-label="Readings compared"
            w={360}
            allowDeselect={false}
            value={chosen}
            onChange={(next) => setChosen(next ?? "0")}
            data={pairs.map((one, index) => ({
              value: String(index),
              label: `${nameOf(one.first)} · ${nameOf(one.second)}`,
            }))}
          />
        ) : (
          <Text fw={600}>
            {readerOf(first)} · {readerOf(second)}
          </Text>
        )}
        {pair.pair_kind === "between" &&
          (merged && !outdated ? (
            <Button component={Link} to={`/images/${image.id}`} variant="light">
              Merged labels: {merged.state}
            </Button>
          ) : (
            <Button
              leftSection={<IconArrowMerge size={16} />}
              loading={merge.isPending}
              onClick={onMerge}
              title={
                outdated
                  ? "A reading was handed in again after they were merged"
                  : "One set of labels: lesions that both drew once, the others of both"
              }
            >
              {outdated ? "Merge again" : "Merge both readings"}
            </Button>
          ))}
      </Group>
      {merge.isError && <ErrorNotice error={merge.error} />}
      <ComparedPictures
        image={image}
        pair={pair}
        first={first}
        second={second}
        classes={project?.lesion_classes ?? []}
      />
      <PairFigures
        pair={pair}
        first={readerOf(first)}
        second={readerOf(second)}
        classes={project?.lesion_classes ?? []}
      />
    </Stack>
  );
}
