"""Closed vocabularies of review."""

from django.db.models import TextChoices

from inference.states import DecisionOutcome


class ReviewState(TextChoices):
    """Where one version of a review stands; a signed one never changes."""

    DRAFT = "draft"
    SIGNED = "signed"


class Verdict(TextChoices):
    """What a reviewer says of one finding."""

    ACCEPT = "accept", "accepted"
    EDIT = "edit", "accepted with another outline or class"
    REJECT = "reject", "rejected"


class VerdictReason(TextChoices):
    """Why a finding is rejected or edited."""

    NOT_A_LESION = "not_a_lesion", "not a lesion"
    ARTEFACT = "artefact", "artefact, reflex or dust"
    VESSEL = "vessel", "part of a vessel"
    WRONG_CLASS = "wrong_class", "another kind of lesion"
    WRONG_OUTLINE = "wrong_outline", "the outline is wrong"
    DUPLICATE = "duplicate", "the same lesion twice"
    OTHER_DISEASE = "other_disease", "a lesion of another disease"
    OTHER = "other", "another reason"


class Scope(TextChoices):
    """What a decision is about."""

    IMAGE = "image"
    EYE = "eye"
    PATIENT = "patient"


class Urgency(TextChoices):
    """How soon the patient is to be seen by an ophthalmologist."""

    NONE = "none", "no referral"
    ROUTINE = "routine", "routine referral"
    SOON = "soon", "refer soon"
    URGENT = "urgent", "urgent referral"


class Why(TextChoices):
    """Why a patient stands where they stand in the queue, in the order in which reviewers get to them."""

    CONTRADICTION = "contradiction", "The classifier and the lesions contradict each other"
    AGAINST_SPECIALIST = "against_specialist", "The model and the specialist disagree on DR"
    UNCERTAIN = "uncertain", "The probability of DR is close to its threshold"
    REFERABLE_UNCERTAIN = (
        "referable_uncertain",
        "The probability of referable DR is close to its threshold",
    )
    REFERABLE = "referable", "Possible referable DR"
    UNGRADABLE = "ungradable", "An image can't be graded"
    INCOMPLETE = "incomplete", "An eye is missing, or an image has not been read"
    DR = "dr", "DR that the model calls not referable"
    PICKED = "picked", "Picked by chance, as one in ten of all others, to find failures nobody suspects"
    OTHER = "other", "Nothing unusual"
    NOT_PREDICTED = "not_predicted", "No model has looked at this patient yet"


class QueueState(TextChoices):
    """Which part of the queue."""

    OPEN = "open", "not signed yet"
    MINE = "mine", "claimed by me"
    SIGNED = "signed"


class QueueEye(TextChoices):
    """Which eye a reason in the queue is about."""

    OD = "OD", "right eye"
    OS = "OS", "left eye"
    UNKNOWN = "unknown", "not known which"


class ReportKind(TextChoices):
    """In which form a signed review leaves."""

    PDF = "pdf", "PDF"
    JSON = "json", "JSON"
    FHIR = "fhir", "FHIR R4"


class Standing(TextChoices):
    """What a model's figures of late say about it."""

    TOO_FEW = "too_few", "too few to tell"
    STABLE = "stable"
    WATCH = "watch", "worth watching"
    DRIFT = "drift", "drifts"


class AlarmKind(TextChoices):
    """What an alarm about a model is about."""

    SCORES = "scores", "scores drift from those the model was judged on"
    OVERRIDES = "overrides", "reviewers decide otherwise for images"
    PATIENT_OVERRIDES = "patient_overrides", "reviewers decide otherwise for patients"


class AlarmState(TextChoices):
    """Which alarms."""

    NEW = "new", "nobody has acknowledged it"
    OPEN = "open", "it has not ended"
    ALL = "all"


_READ = (DecisionOutcome.DR, DecisionOutcome.NO_DR, DecisionOutcome.UNGRADABLE)
# What a reviewer can settle on: a human was asked, so "needs a human" and "not read yet" are no answers.
SETTLED: dict[Scope, tuple[DecisionOutcome, ...]] = {
    Scope.IMAGE: _READ,
    Scope.EYE: _READ,
    Scope.PATIENT: (*_READ, DecisionOutcome.INCOMPLETE),
}
