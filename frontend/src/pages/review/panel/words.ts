/** How the panel of verdicts calls things. Pure. */
import { nameOf } from "./decisionLines";
import type {
  JudgedFinding,
  Outcome,
  Proposal,
  ReviewDetail,
  Urgency,
  Verdict,
  VerdictReason,
} from "@/api/reviews";

export const REASONS: readonly { readonly value: VerdictReason; readonly label: string }[] = [
  { value: "not_a_lesion", label: "Not a lesion" },
  { value: "artefact", label: "Artefact, reflex or dust" },
  { value: "vessel", label: "Part of a vessel" },
  { value: "wrong_class", label: "Another kind of lesion" },
  { value: "wrong_outline", label: "The outline is wrong" },
  { value: "duplicate", label: "The same lesion twice" },
  { value: "other_disease", label: "A lesion of another disease" },
  { value: "other", label: "Another reason, in words" },
];
export const URGENCIES: readonly { readonly value: Urgency; readonly label: string }[] = [
  { value: "none", label: "None" },
  { value: "routine", label: "Routine" },
  { value: "soon", label: "Soon" },
  { value: "urgent", label: "Urgent" },
];
export function nextUrgency(urgency: Urgency | ""): Urgency {
  const place = URGENCIES.findIndex(({ value }) => value === urgency);
  return URGENCIES[(place + 1) % URGENCIES.length]?.value ?? "none";
}
export const OUTCOMES: Readonly<Record<"image" | "eye" | "patient", readonly Outcome[]>> = {
  image: ["dr", "no_dr", "ungradable"],
  eye: ["dr", "no_dr", "ungradable"],
  patient: ["dr", "no_dr", "incomplete", "ungradable"],
};
export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  dr: "DR",
  no_dr: "no DR",
  ungradable: "ungradable",
  incomplete: "incomplete: repeat or refer",
  discordant: "contradicting: needs a human",
  pending: "not read yet",
};
export const VERDICT_WORDS: Readonly<Record<Verdict | "", string>> = {
  accept: "accepted",
  edit: "corrected",
  reject: "rejected",
  "": "open",
};

export const VERDICT_KEYS = [
  { id: "accept", what: "Accept the chosen finding, and on to the next open one", keys: ["a"] },
  { id: "reject", what: "Reject it for the chosen reason, and on", keys: ["r"] },
  { id: "acceptRest", what: "Accept all open findings of its kind", keys: ["shift+a"] },
  { id: "rejectRest", what: "Reject all open findings of its kind for that reason", keys: ["shift+r"] },
  { id: "correct", what: "Correct it in the reading room, or add what was missed", keys: ["e"] },
  { id: "clear", what: "Take its verdict back", keys: ["u"] },
] as const;
export const BEGIN_KEYS = [
  { id: "begin", what: "Begin the review, or a new version of it", keys: ["b"] },
] as const;
export const DRAFT_KEYS = [
  { id: "agree", what: "Agree with what the rules propose for the patient", keys: ["y"] },
  { id: "urgency", what: "Choose the next urgency of referral", keys: ["t"] },
  { id: "conclusion", what: "Write the conclusion; Tab leaves it", keys: ["c"] },
  { id: "sign", what: "Sign, once nothing is open", keys: ["w"] },
] as const;

export interface ClassTally {
  readonly lesionClass: string;
  /** Whether the project labels the class: if not, what is open needs no verdict. */
  readonly labelled: boolean;
  readonly all: number;
  readonly open: number;
  readonly rejected: number;
}

/** How far the verdicts are, class by class, in the order in which classes first come. */
export function tallies(review: ReviewDetail): ClassTally[] {
  const counted = new Map<string, { labelled: boolean; all: number; open: number; rejected: number }>();
  for (const finding of review.images.flatMap(({ findings }) => findings)) {
    const { labelled } = finding;
    const tally = counted.get(finding.lesion_class) ?? { labelled, all: 0, open: 0, rejected: 0 };
    tally.all += 1;
    if (finding.verdict === "") tally.open += 1;
    if (finding.verdict === "reject") tally.rejected += 1;
    counted.set(finding.lesion_class, tally);
  }
  return [...counted].map(([lesionClass, tally]) => ({ lesionClass, ...tally }));
}

/** Verdicts by the finding's uuid, to be shown in the list of findings. */
export function verdictsOf(review: ReviewDetail | undefined): ReadonlyMap<string, JudgedFinding> {
  const findings = review?.images.flatMap((image) => image.findings) ?? [];
  return new Map(findings.map((finding) => [finding.uuid, finding]));
}

/** Whether a verdict is still needed: not where the project does not label the class. */
export const isOpen = (finding: JudgedFinding | undefined) =>
  finding !== undefined && finding.labelled && finding.verdict === "";

/** The next finding that needs a verdict after the chosen one, going round. */
export function nextOpen(uuids: readonly string[], judged: ReadonlyMap<string, JudgedFinding>, from: string) {
  const start = uuids.indexOf(from) + 1;
  const order = [...uuids.slice(start), ...uuids.slice(0, start)];
  return order.find((uuid) => uuid !== from && isOpen(judged.get(uuid)));
}

/** "right eye (OD): no DR, now DR": what a draft says now and did not when it was shown. */
export function changesSince(shown: ReviewDetail, now: ReviewDetail): string[] {
  const before = new Map(shown.decisions.map((one) => [keyOf(one), one]));
  const decisions = now.decisions.flatMap((one): string[] => {
    const was = before.get(keyOf(one));
    const said = ({ outcome, reason, reasons }: Proposal) =>
      JSON.stringify([outcome, reason, reasons.map(({ message }) => message)]);
    if (was && said(was) === said(one)) return [];
    const words = one.reasons.map(({ message }) => message).join(" ");
    const then = was && was.outcome !== one.outcome ? `${OUTCOME_WORDS[was.outcome]}, now ` : "";
    return [`${nameOf(one, now)}: ${then}${OUTCOME_WORDS[one.outcome]}. ${words}`.trim()];
  });
  const opened = now.open.map(({ message }) => message);
  return [...decisions, ...opened.filter((message) => !shown.open.some((one) => one.message === message))];
}

const keyOf = ({ scope, image, eye }: Proposal) => `${scope}/${image}/${eye}`;

/** "3 accepted, 0 corrected, 1 rejected, 0 added": all that was said of findings. */
export function verdictsInWords(review: ReviewDetail): string {
  const { accept, edit, reject, added, notJudged } = verdictCounts(review);
  const said = `${accept} accepted, ${edit} corrected, ${reject} rejected, ${added} added`;
  return notJudged === 0 ? `${said}.` : `${said}; ${notJudged} not labelled in this project and not judged.`;
}

/** How many findings have which verdict, how many have none, and how many lesions were added. */
export function verdictCounts(review: ReviewDetail) {
  const findings = review.images.flatMap((image) => image.findings);
  const of = (verdict: Verdict | "") => findings.filter((one) => one.verdict === verdict).length;
  const added = review.images.reduce((sum, image) => sum + image.added.length, 0);
  return { accept: of("accept"), edit: of("edit"), reject: of("reject"), added, notJudged: of("") };
}
