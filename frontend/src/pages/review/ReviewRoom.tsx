import { ActionIcon, Button, Group, NativeSelect, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconKeyboard } from "@tabler/icons-react";
import type OpenSeadragon from "openseadragon";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Link } from "react-router";
import type { LesionClass, PatientDetail } from "@/api/types";
import { useSessionUser } from "@/app/session";
import { eyeOf } from "@/lib/format";
import { zoomOf } from "@/surface/SelectTool";
import { useShortcuts } from "../viewer/useShortcuts";
import { EYE_CHOICES, eyeChoices, examInWords, examsOf, sidesOf, type EyeChoice, type Side } from "./exams";
import { EyePane } from "./EyePane";
import { labelledFirst, sorted, stepFrom, type FindingRow, type Order } from "./findings";
import { FindingsTable } from "./FindingsTable";
import { REVIEW_KEY_MAP, type ReviewAction } from "./keys";
import { FIRST_LAYERS, toggledClass, withMaps, type ReviewLayers } from "./layers";
import { LinkedViews } from "./linkedViews";
import { useExamReview } from "./panel/useExamReview";
import { PatientVerdict } from "./PatientVerdict";
import { ReviewKeysModal } from "./ReviewKeysModal";
import { ReviewSide } from "./ReviewSide";
import { Thresholds } from "./thresholds";
import { useEye, type EyeData } from "./useEye";

const NO_CLASSES: readonly LesionClass[] = [];
const AROUND_PX = 140; // around a finding that is flown to, screen px
const CLOSEST = 3; // screen px per image px

/** Both eyes side by side, what models and specialists say of them, and a way to walk the findings. */
export function ReviewRoom(props: {
  patient: PatientDetail;
  /** Who has the patient, and where the queue goes on. */
  claim: ReactNode;
  onNextPatient: (() => void) | null;
}) {
  const { patient } = props;
  const { can, project } = useSessionUser();
  const exams = useMemo(() => examsOf(patient), [patient]);
  const [examIndex, setExamIndex] = useState(0);
  const exam = exams[examIndex] ?? exams[0];
  const [layers, setLayers] = useState<ReviewLayers>(FIRST_LAYERS);
  const onLayers = useCallback(
    (change: Partial<ReviewLayers>) => setLayers((before) => ({ ...before, ...change })),
    [],
  );
  const [thresholds] = useState(() => new Thresholds());
  const [views] = useState(() => new LinkedViews());
  useEffect(() => views.setLinking(layers.linking), [views, layers.linking]);

  const sides = useMemo(() => (exam ? sidesOf(exam) : { right: [], left: [] }), [exam]);
  const review = useExamReview(exam?.id);
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const imageOf = (side: Side) => sides[side].find(({ id }) => picked.has(id)) ?? sides[side][0];
  const known = project?.lesion_classes ?? NO_CLASSES;
  const right = useEye(imageOf("right"), known, layers, review.judging);
  const left = useEye(imageOf("left"), known, layers, review.judging);
  const pick = (side: Side, image: number) => {
    const others = new Set(sides[side].map(({ id }) => id));
    setPicked((before) => new Set([...[...before].filter((id) => !others.has(id)), image]));
  };

  const viewers = useRef(new Map<Side, OpenSeadragon.Viewer>());
  const onViewer = useCallback((side: Side, viewer: OpenSeadragon.Viewer | null) => {
    if (viewer) viewers.current.set(side, viewer);
    else viewers.current.delete(side);
  }, []);

  const [order, setOrder] = useState<Order>({ by: "confidence", descending: true });
  const [ofEye, setOfEye] = useState<EyeChoice>("all");
  const [chosen, setChosen] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const all = useMemo(() => [...right.rows, ...left.rows], [right.rows, left.rows]);
  const classes = useMemo(() => {
    const found = new Set(all.map(({ lesionClass }) => lesionClass));
    return known.filter(({ code, enabled }) => enabled || found.has(code));
  }, [known, all]);
  const choices = eyeChoices(sides);
  const shownEye = choices.includes(ofEye) ? ofEye : "all"; // another exam may not have it
  const { judged } = review;
  const { rows, from: unlabelledFrom } = useMemo(() => {
    const enabled = new Set(known.flatMap(({ code, enabled: isOn }) => (isOn ? [code] : [])));
    const isLabelled = ({ uuid, lesionClass }: FindingRow) =>
      judged.get(uuid)?.labelled ?? enabled.has(lesionClass);
    const isListed = ({ eye, lesionClass }: FindingRow) =>
      (shownEye === "all" || eyeOf(eye) === shownEye) && !layers.hidden.has(lesionClass);
    return labelledFirst(sorted(all.filter(isListed), order), isLabelled);
  }, [all, shownEye, layers.hidden, order, known, judged]);

  const fly = (row: FindingRow) => {
    const side: Side = row.image === right.image?.id ? "right" : "left";
    const viewer = viewers.current.get(side);
    const base = viewer?.world.getItemAt(0);
    if (!viewer || !base) return;
    views.lead(side);
    const { minX, minY, maxX, maxY } = row.bounds;
    const closest = viewer.viewport.viewportToImageZoom(viewer.viewport.getMaxZoom());
    const zoom = Math.min(CLOSEST, closest, Math.max(1, zoomOf(viewer)));
    const around = AROUND_PX / zoom;
    const box = [minX - around, minY - around, maxX - minX + 2 * around, maxY - minY + 2 * around] as const;
    viewer.viewport.fitBounds(base.imageToViewportRectangle(...box));
  };
  const choose = (row: FindingRow) => {
    setChosen(row.uuid);
    fly(row);
  };
  const step = (by: 1 | -1) => {
    const row = stepFrom(rows, chosen, by);
    if (row) choose(row);
  };

  const toExam = (index: number) => {
    if (!exams[index]) return;
    setExamIndex(index);
    setChosen(null);
  };
  const toggle = (name: "outlines" | "labels" | "heatmap" | "redFree" | "bare") =>
    onLayers({ [name]: !layers[name] });
  const toggleMaps = (maps: "probability" | "difference") =>
    onLayers(withMaps(layers.maps === maps ? "off" : maps));
  const actions: Readonly<Record<ReviewAction, () => void>> = {
    next: () => step(1),
    previous: () => step(-1),
    fly: () => {
      const row = rows.find(({ uuid }) => uuid === chosen);
      if (row) fly(row);
    },
    none: () => setChosen(null),
    overlays: () => toggle("bare"),
    outlines: () => toggle("outlines"),
    labels: () => toggle("labels"),
    heatmap: () => toggle("heatmap"),
    redFree: () => toggle("redFree"),
    probability: () => toggleMaps("probability"),
    difference: () => toggleMaps("difference"),
    link: () => onLayers({ linking: layers.linking === "off" ? "mirrored" : "off" }),
    whole: () => views.all((viewer) => viewer.viewport.goHome()),
    zoomIn: () => views.each((viewer) => viewer.viewport.zoomBy(1.5)),
    zoomOut: () => views.each((viewer) => viewer.viewport.zoomBy(1 / 1.5)),
    earlier: () => toExam(examIndex + 1),
    later: () => toExam(examIndex - 1),
    nextPatient: () => props.onNextPatient?.(),
    help: () => setHelp(true),
  };
  useShortcuts<ReviewAction>({
    keys: REVIEW_KEY_MAP,
    onAction: (action, down) => {
      if (down) actions[action]();
      return true;
    },
    onClass: (index) => {
      const lesion = classes[index];
      if (lesion) onLayers({ hidden: toggledClass(layers.hidden, lesion.code) });
      return lesion !== undefined;
    },
  });

  const pane = (side: Side, eye: EyeData) => (
    <EyePane
      side={side}
      eye={eye}
      sides={sides}
      onImage={(image) => pick(side, image)}
      layers={layers}
      classes={classes}
      thresholds={thresholds}
      views={views}
      chosen={chosen}
      onChoose={setChosen}
      onViewer={onViewer}
      judging={review.judging}
    />
  );
  return (
    <div className="review-room">
      <header className="reading-room-bar">
        <Tooltip label="Back to the queue">
          <ActionIcon
            component={Link}
            to="/review"
            variant="subtle"
            color="gray"
            aria-label="Back to the queue"
          >
            <IconChevronLeft size={20} />
          </ActionIcon>
        </Tooltip>
        <Text component="h1" fw={650} size="md" miw="fit-content">
          <Link to={`/patients/${patient.id}`}>Patient {patient.code}</Link>
        </Text>
        {exams.length > 1 ? (
          <NativeSelect
            size="xs"
            aria-label="Exam"
            value={String(examIndex)}
            data={exams.map((one, index) => ({ value: String(index), label: examInWords(one) }))}
            onChange={(event) => toExam(Number(event.currentTarget.value))}
          />
        ) : (
          <Text size="sm" c="dimmed">
            {exam ? examInWords(exam) : "no images"}
          </Text>
        )}
        <PatientVerdict patient={patient.id} exam={exam?.id} judging={review.judging} />
        <Group className="review-bar-end" gap="xs" ms="auto" wrap="nowrap">
          {props.claim}
          {props.onNextPatient && (
            <Button size="xs" onClick={props.onNextPatient}>
              Next patient
            </Button>
          )}
          <Tooltip label="Keys (?)">
            <ActionIcon variant="subtle" color="gray" aria-label="Keys" onClick={() => setHelp(true)}>
              <IconKeyboard size={20} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </header>
      <main className="review-eyes">
        {pane("right", right)}
        {pane("left", left)}
      </main>
      <section className="review-findings" aria-label="Findings of both eyes">
        <Group className="review-findings-bar" gap="sm">
          <span className="side-title">Findings</span>
          <SegmentedControl
            size="xs"
            aria-label="Findings of which eye"
            value={shownEye}
            onChange={(value) => setOfEye(value as EyeChoice)}
            data={choices.map((value) => ({ value, label: EYE_CHOICES[value] }))}
          />
          <Text size="xs" c="dimmed" ms="auto">
            j and k walk the list, ? shows all keys
          </Text>
        </Group>
        <FindingsTable
          rows={rows}
          unlabelledFrom={unlabelledFrom}
          total={all.length}
          loading={right.findings.isLoading || left.findings.isLoading}
          classes={classes}
          order={order}
          onOrder={setOrder}
          chosen={chosen}
          onChoose={choose}
          judged={judged}
          note={placesInWords([right, left])}
        />
      </section>
      <ReviewSide
        patient={patient}
        exam={exam?.id}
        eyes={[right, left]}
        rows={all}
        classes={classes}
        layers={layers}
        onLayers={onLayers}
        thresholds={thresholds}
        verdicts={
          exam && can("labels.judge")
            ? {
                exam: exam.id,
                state: review,
                classes,
                chosen,
                listed: rows.map(({ uuid }) => uuid),
                onChoose: (uuid) => {
                  const row = all.find((one) => one.uuid === uuid);
                  if (row) choose(row);
                },
              }
            : null
        }
      />
      <ReviewKeysModal opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}

/** Where quadrants and distances come from: it matters how far they can be trusted. */
function placesInWords(eyes: readonly EyeData[]): string {
  const told = eyes.flatMap(({ image, places }) => (image && places.data ? [places.data] : []));
  const [disc, fovea] = [told.some((one) => !one.hasDisc), told.some((one) => !one.hasFovea)];
  const unknown = [disc && "disc", fovea && "fovea"].filter((name) => name !== false).join(" and ");
  const parts = [
    told.some(({ toldBy }) => toldBy === "picture") && "places found in the picture, not marked by a reader",
    unknown && `${unknown} not known in ${told.length > 1 ? "one or both eyes" : "this eye"}`,
    eyes.some(({ findings }) => findings.data?.isCut) && "only the most certain findings are listed",
  ];
  const words = parts.filter((part) => part !== false && part !== "").join("; ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
