"""From what is known about each image to a decision for image, eye and patient; pure, no database.

The rules are those of the design: the worst gradable image speaks for an eye, the worse eye for a patient,
an eye that is missing or can't be read never passes as "no DR", and a contradiction goes to a human. Each
decision carries its reasons: sentences for people, with stable codes for programs.

For research and decision support, not a medical device.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inference.decision_words import (
    EYE_NAMES,
    LESION_NAMES,
    UNGRADABLE_BECAUSE,
    chance_of,
    in_order,
    listed,
)
from inference.states import DecisionOutcome

BLEEDING_AND_EXUDATES = ("HE", "EX", "SE")
MICROANEURYSM = "MA"
DISCLAIMER = "For research and decision support, not a medical device."
REFERABLE_GRADE = 2
ABOUT_REFERABLE = ("referable", "not_referable")  # codes of reasons
OF_ONE_IMAGE = ("lesions_found", "no_lesions", "lesions_without_dr", "microaneurysms_without_dr")  # counts
# How much an outcome weighs against another of the same eye or patient; the heaviest speaks.
_WEIGHT = {
    DecisionOutcome.UNGRADABLE: 0,
    DecisionOutcome.NO_DR: 1,
    DecisionOutcome.INCOMPLETE: 2,
    DecisionOutcome.PENDING: 3,
    DecisionOutcome.DISCORDANT: 4,
    DecisionOutcome.DR: 5,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code, a sentence, and which image or eye it is about (empty: the whole)."""

    code: str
    message: str
    eye: str | None = None
    image: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader, a model or a person, found in one image.

    `ungradable_because`: a code of imaging.quality, empty when gradable or not said.
    `ungradable_by`: the person who said so and their reason, which then stand in its place.
    `dr`: True DR, False no DR, None not said. `probability` is the calibrated probability of DR, 0 to 1, and
    `threshold` the one from which the model says DR; the same of referable DR, where a model says it.
    `lesions`: class code -> how many, for every class that was looked for; None when nobody looked for any.
    """

    dr: bool | None
    gradable: bool = True
    ungradable_because: str = ""
    ungradable_by: str = ""
    probability: float | None = None
    threshold: float | None = None
    referable_probability: float | None = None
    referable_threshold: float | None = None
    icdr_grade: int | None = None
    macular_edema: int | None = None
    lesions: Mapping[str, int] | None = None

    @property
    def referable(self) -> bool | None:
        """Whether the probability of referable DR reaches its threshold; None where no model says it."""
        if self.referable_probability is None or self.referable_threshold is None:
            return None
        return self.referable_probability >= self.referable_threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageVerdict:
    """The decision for one image. `eye` is OD, OS or empty when unknown.

    `threshold`: the probability from which the model that gave `probability` says DR; `referable_probability`
    and its threshold likewise for referable DR; so in all verdicts.
    """

    outcome: DecisionOutcome
    eye: str = ""
    image: int | None = None
    probability: float | None = None
    threshold: float | None = None
    referable_probability: float | None = None
    referable_threshold: float | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeVerdict:
    """The decision for one eye and the images it rests on."""

    outcome: DecisionOutcome
    eye: str
    probability: float | None = None
    threshold: float | None = None
    referable_probability: float | None = None
    referable_threshold: float | None = None
    reasons: tuple[Reason, ...] = ()
    images: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientVerdict:
    """The decision for one patient and for each eye that was photographed."""

    outcome: DecisionOutcome
    probability: float | None = None
    threshold: float | None = None
    referable_probability: float | None = None
    referable_threshold: float | None = None
    reasons: tuple[Reason, ...] = ()
    eyes: tuple[EyeVerdict, ...] = field(default_factory=tuple)

    @property
    def needs_human(self) -> bool:
        """Whether the outcome, or anything it rests on, asks for a person."""
        settled = {DecisionOutcome.DR, DecisionOutcome.NO_DR}
        return self.outcome not in settled or any(
            eye.outcome == DecisionOutcome.DISCORDANT for eye in self.eyes
        )


def is_referable(*, icdr_grade: int | None, macular_edema: int | None) -> bool | None:
    """ICDR grade 2 or more, or macular edema near the fovea (2); None when neither is known."""
    if (icdr_grade is not None and icdr_grade >= REFERABLE_GRADE) or (macular_edema or 0) >= 2:
        return True
    return None if icdr_grade is None else False


def decide_image(reading: Reading | None, *, eye: str = "", image: int | None = None) -> ImageVerdict:
    """The decision for one image from one reading; None stands for an image that nobody has read."""
    if reading is None:
        reason = Reason("no_prediction", "No model has read this image yet.", image=image)
        return ImageVerdict(outcome=DecisionOutcome.PENDING, eye=eye, image=image, reasons=(reason,))
    outcome, reasons = _judge(reading)
    return ImageVerdict(
        outcome=outcome,
        eye=eye,
        image=image,
        probability=reading.probability if reading.gradable else None,
        threshold=reading.threshold if reading.gradable else None,
        referable_probability=reading.referable_probability if reading.gradable else None,
        referable_threshold=reading.referable_threshold if reading.gradable else None,
        reasons=tuple(Reason(reason.code, reason.message, image=image) for reason in reasons),
    )


def decide_eye(verdicts: Sequence[ImageVerdict], *, eye: str) -> EyeVerdict:
    """The worst gradable image decides; the eye is ungradable only when none of its images can be read.

    Referable DR is that of the image where it is most probable, whichever decides on DR. Lesions are those of
    the image that decides, and told so where the eye has others.
    """
    worst = max(verdicts, key=lambda verdict: (_WEIGHT[verdict.outcome], verdict.probability or 0))
    referable = max(verdicts, key=lambda verdict: verdict.referable_probability or 0)
    own = [Reason(reason.code, reason.message, eye, worst.image) for reason in worst.reasons]
    if len(verdicts) > 1:
        told = f"Counted in the image that decides, one of {len(verdicts)} of this eye."
        own = [
            replace(one, message=f"{one.message} {told}") if one.code in OF_ONE_IMAGE else one for one in own
        ]
    reasons = _retold(own, referable=_referable_reasons(referable, eye=eye, image=referable.image))
    unread = [verdict for verdict in verdicts if verdict.outcome == DecisionOutcome.UNGRADABLE]
    if unread and worst.outcome != DecisionOutcome.UNGRADABLE:
        told = f"{len(unread)} of {len(verdicts)} images of this eye can't be graded."
        reasons.append(Reason("image_ungradable", told, eye))
    for verdict in verdicts:
        if verdict is not worst and verdict.outcome == DecisionOutcome.DISCORDANT:
            others = [item for item in verdict.reasons if item.code not in ABOUT_REFERABLE]
            reasons.extend(Reason(item.code, item.message, eye, verdict.image) for item in others)
    return EyeVerdict(
        outcome=worst.outcome,
        eye=eye,
        probability=worst.probability,
        threshold=worst.threshold,
        referable_probability=referable.referable_probability,
        referable_threshold=referable.referable_threshold,
        reasons=tuple(dict.fromkeys(reasons)),
        images=tuple(verdict.image for verdict in verdicts if verdict.image is not None),
    )


def decide_patient(verdicts: Iterable[ImageVerdict]) -> PatientVerdict:
    """The worse eye decides; "no DR" needs both eyes photographed, readable and free of it."""
    by_eye: dict[str, list[ImageVerdict]] = {}
    for verdict in verdicts:
        by_eye.setdefault(verdict.eye, []).append(verdict)
    if not by_eye:
        nothing = Reason("no_images", "This patient has no images.")
        return PatientVerdict(outcome=DecisionOutcome.PENDING, reasons=(nothing,))
    eyes = tuple(decide_eye(by_eye[eye], eye=eye) for eye in ("OD", "OS", "") if eye in by_eye)
    worse = max(eyes, key=lambda eye: (_WEIGHT[eye.outcome], eye.probability or 0))
    referable = max(eyes, key=lambda eye: eye.referable_probability or 0)
    gaps = _gaps(eyes)
    outcome = worse.outcome
    if outcome == DecisionOutcome.NO_DR and gaps:
        outcome = DecisionOutcome.INCOMPLETE
    return PatientVerdict(
        outcome=outcome,
        probability=worse.probability,
        threshold=worse.threshold,
        referable_probability=referable.referable_probability,
        referable_threshold=referable.referable_threshold,
        reasons=(*_about(worse, eyes, referable=referable), *gaps),
        eyes=eyes,
    )


def _judge(reading: Reading) -> tuple[DecisionOutcome, list[Reason]]:
    if not reading.gradable:
        why = f", says {reading.ungradable_by}" if reading.ungradable_by else ""
        why = why or UNGRADABLE_BECAUSE.get(reading.ungradable_because, "")
        return DecisionOutcome.UNGRADABLE, [Reason("ungradable", f"The image can't be graded{why}.")]
    found = {code: count for code, count in in_order(reading.lesions or {}) if count > 0}
    said = _status(reading)
    lesions = _lesion_reasons(reading, found)
    if said is None:
        missing = Reason("no_classifier", "No model has judged DR or no DR in this image yet.")
        return DecisionOutcome.PENDING, [missing, *lesions]
    conflicts = _conflicts(reading, found)
    if conflicts:
        told = {"lesions_without_dr", "dr_without_lesions"} & {conflict.code for conflict in conflicts}
        rest = [] if told and not found.keys() - set(BLEEDING_AND_EXUDATES) else lesions  # say it once
        return DecisionOutcome.DISCORDANT, [*conflicts, *_said(reading, dr=said), *rest]
    outcome = DecisionOutcome.DR if said else DecisionOutcome.NO_DR
    return outcome, [*_said(reading, dr=said), *lesions]


def _status(reading: Reading) -> bool | None:
    """DR or not: as said, else from the grade."""
    if reading.dr is not None:
        return reading.dr
    return None if reading.icdr_grade is None else reading.icdr_grade > 0


def _conflicts(reading: Reading, found: Mapping[str, int]) -> list[Reason]:
    """Every way in which the reading contradicts itself."""
    conflicts: list[Reason] = []
    grade, dr = reading.icdr_grade, reading.dr
    if dr is not None and grade is not None and dr != (grade > 0):
        said = "DR" if dr else "no DR"
        conflicts.append(Reason("status_contradicts_grade", f"It says {said}, but ICDR grade {grade}."))
    marked = {code: found[code] for code in BLEEDING_AND_EXUDATES if code in found}
    no_dr = _status(reading) is False
    if marked and (no_dr or (grade is not None and grade <= 1)):
        called = "no DR" if no_dr else f"ICDR grade {grade}"
        conflicts.append(
            Reason("lesions_without_dr", f"{listed(marked)} found, but the classifier says {called}.")
        )
    if MICROANEURYSM in found and no_dr:
        only = listed({MICROANEURYSM: found[MICROANEURYSM]})
        conflicts.append(Reason("microaneurysms_without_dr", f"{only} found, but the classifier says no DR."))
    if no_dr and reading.referable:
        chance = chance_of("referable DR", reading.referable_probability, reading.referable_threshold)
        conflicts.append(
            Reason("referable_without_dr", f"Referable DR{chance}, but the classifier says no DR.")
        )
    looked_for_all = {"HE", "EX", MICROANEURYSM} <= set(reading.lesions or ())
    if _status(reading) is True and looked_for_all and not found:
        conflicts.append(
            Reason("dr_without_lesions", "DR, but no lesion was found, microaneurysms included.")
        )
    return conflicts


def _said(reading: Reading, *, dr: bool) -> list[Reason]:
    """DR or not, and where DR is called, whether it is referable."""
    chance = chance_of("DR", reading.probability, reading.threshold)
    if not dr:
        return [Reason("classified_no_dr", f"No DR{chance}.")]
    return [Reason("classified_dr", f"DR{chance}."), *_referable_reasons(reading)]


def _referable_reasons(
    said: Reading | ImageVerdict | EyeVerdict, *, eye: str = "", image: int | None = None
) -> list[Reason]:
    """Whether DR is referable, as this reading, image or eye has it; empty where no model says it."""
    probability, threshold = said.referable_probability, said.referable_threshold
    if probability is None or threshold is None:
        return []
    chance = chance_of("referable DR", probability, threshold)
    code, words = (
        ("referable", "Referable") if probability >= threshold else ("not_referable", "Not referable")
    )
    return [Reason(code, f"{words}{chance}.", eye, image)]


def _lesion_reasons(reading: Reading, found: Mapping[str, int]) -> list[Reason]:
    if reading.lesions is None:
        return [Reason("lesions_not_checked", "No model has looked for lesions in this image.")]
    if found:
        return [Reason("lesions_found", f"{listed(found)} found.")]
    looked_for = ", ".join(f"{LESION_NAMES.get(code, code)}s" for code, _ in in_order(reading.lesions))
    return [Reason("no_lesions", f"No lesion found; looked for {looked_for or 'none'}.")]


def _gaps(eyes: Sequence[EyeVerdict]) -> list[Reason]:
    """What stands between this patient and "no DR": eyes not photographed, not readable, of unknown side."""
    seen = {eye.eye for eye in eyes}
    gaps: list[Reason] = []
    for eye in eyes:
        if eye.outcome == DecisionOutcome.UNGRADABLE:
            gaps.append(Reason("eye_ungradable", f"The {EYE_NAMES[eye.eye]} can't be graded.", eye.eye))
    for side in ("OD", "OS"):
        if side not in seen and "" not in seen:
            gaps.append(Reason("eye_missing", f"The {EYE_NAMES[side]} was not photographed.", side))
    if "" in seen:
        message = "It is not known which eye some images show, so both eyes can't be confirmed."
        gaps.append(Reason("eye_unknown", message, ""))
    return gaps


def _about(worse: EyeVerdict, eyes: Sequence[EyeVerdict], *, referable: EyeVerdict) -> list[Reason]:
    """The reasons of the deciding eye, and of any other eye that asks for a human; each names its eye.

    What is said of referable DR is that of the eye where it is most probable.
    """
    own = worse.reasons if worse.outcome != DecisionOutcome.UNGRADABLE else ()
    reasons = _retold(own, referable=_referable_reasons(referable, eye=referable.eye))
    for eye in eyes:
        if eye is not worse and eye.outcome in {DecisionOutcome.DISCORDANT, DecisionOutcome.PENDING}:
            reasons.extend(reason for reason in eye.reasons if reason.code not in ABOUT_REFERABLE)
    return [_of_eye(reason) for reason in reasons]


def _of_eye(reason: Reason) -> Reason:
    """The reason as it is told of a patient: counts and probabilities are those of this eye alone."""
    name = EYE_NAMES[reason.eye or ""]
    return replace(reason, message=f"{name[0].upper()}{name[1:]}: {reason.message}")


def _retold(reasons: Iterable[Reason], *, referable: list[Reason]) -> list[Reason]:
    """The reasons with these in place of what they say of referable DR."""
    return [told for one in reasons for told in (referable if one.code in ABOUT_REFERABLE else [one])]
