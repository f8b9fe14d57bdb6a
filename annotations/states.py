"""Closed vocabularies of annotations and the moves between states."""

from django.db.models import IntegerChoices, TextChoices

# How the sources of label sets begin that are no readings of their own.
CORRECTION = "correction:"
ADJUDICATION = "adjudication:"


class Eye(TextChoices):
    """Which eye, from the patient's side."""

    OD = "OD", "right eye (OD)"
    OS = "OS", "left eye (OS)"
    UNKNOWN = "", "unknown"


class DrStatus(TextChoices):
    """Diabetic retinopathy or not, as one reader saw it."""

    DR = "dr", "DR"
    NO_DR = "no_dr", "no DR"
    NOT_READ = "", "not read"


class IcdrGrade(IntegerChoices):
    """International Clinical Diabetic Retinopathy severity scale."""

    NONE = 0, "no apparent retinopathy"
    MILD = 1, "mild NPDR: microaneurysms only"
    MODERATE = 2, "moderate NPDR"
    SEVERE = 3, "severe NPDR"
    PROLIFERATIVE = 4, "PDR"


class MacularEdema(IntegerChoices):
    """Risk of macular edema, as the IDRiD grades put it."""

    NONE = 0, "none"
    POSSIBLE = 1, "exudates outside one disc diameter of the fovea"
    REFERABLE = 2, "exudates within one disc diameter of the fovea"


class Gradability(TextChoices):
    """Whether an image can be read at all."""

    GRADABLE = "gradable"
    UNGRADABLE = "ungradable"
    NOT_JUDGED = "", "not judged"


class QualityGrade(TextChoices):
    """How well a photograph shows the retina."""

    GOOD = "good"
    USABLE = "usable"
    UNGRADABLE = "ungradable"


class ShapeKind(TextChoices):
    """The shapes a region may have; imaging.shapes says how each is stored."""

    RECT = "rect"
    POLYGON = "polygon"
    ELLIPSE = "ellipse"
    CIRCLE = "circle"


class LabelSetState(TextChoices):
    """Where one reading of one image stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


LABEL_SET_MOVES: dict[LabelSetState, frozenset[LabelSetState]] = {
    LabelSetState.DRAFT: frozenset({LabelSetState.SUBMITTED}),
    LabelSetState.SUBMITTED: frozenset({LabelSetState.ACCEPTED, LabelSetState.RETURNED}),
    LabelSetState.RETURNED: frozenset({LabelSetState.SUBMITTED}),
    LabelSetState.ACCEPTED: frozenset(),
}
EDITABLE_STATES = frozenset({LabelSetState.DRAFT, LabelSetState.RETURNED})


class DoubleReadingState(TextChoices):
    """Where an image stands that two people read, each without the other's work in view."""

    COMPARING = "comparing"  # handed in, and soon compared
    WAITING = "waiting"  # one of the two is with its reader again
    AGREED = "agreed"
    OPEN = "open"  # they disagree, and somebody is to settle it
    SETTLED = "settled"


DOUBLE_READING_MOVES: dict[DoubleReadingState, frozenset[DoubleReadingState]] = {
    DoubleReadingState.COMPARING: frozenset(
        {DoubleReadingState.WAITING, DoubleReadingState.AGREED, DoubleReadingState.OPEN}
    ),
    DoubleReadingState.WAITING: frozenset({DoubleReadingState.COMPARING}),
    DoubleReadingState.AGREED: frozenset(
        {DoubleReadingState.COMPARING, DoubleReadingState.WAITING, DoubleReadingState.OPEN}
    ),
    DoubleReadingState.OPEN: frozenset(
        {DoubleReadingState.COMPARING, DoubleReadingState.WAITING, DoubleReadingState.SETTLED}
    ),
    DoubleReadingState.SETTLED: frozenset({DoubleReadingState.OPEN}),  # the labels it made stay
}


class StartFrom(TextChoices):
    """What an adjudicator begins with."""

    MERGED = "merged", "both readings, merged"
    FIRST = "first", "the first reading"
    SECOND = "second", "the second reading"
    SETTLED = "settled", "the labels that settled it before"
    NOTHING = "nothing"


class WorkState(TextChoices):
    """Where one row of a worklist stands: nothing begun yet, or the state of its reading."""

    TO_DO = "to_do", "to do"
    DRAFT = "draft"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"


class Priority(IntegerChoices):
    """What a worklist shows first."""

    URGENT = 1, "urgent"
    NORMAL = 2, "normal"
    LOW = 3, "low"


class ImportKind(TextChoices):
    """What an import brings in."""

    IMAGES = "images"
    VIA = "via", "VIA"
    MASKS = "masks"
    COCO = "coco", "COCO"


class ImportState(TextChoices):
    """Where an import stands; while it runs, its job tells more."""

    COLLECTING = "collecting"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


IMPORT_MOVES: dict[ImportState, frozenset[ImportState]] = {
    ImportState.COLLECTING: frozenset({ImportState.STARTED, ImportState.CANCELLED}),
    ImportState.STARTED: frozenset({ImportState.SUCCEEDED, ImportState.FAILED, ImportState.CANCELLED}),
    ImportState.SUCCEEDED: frozenset(),
    ImportState.FAILED: frozenset(),
    ImportState.CANCELLED: frozenset(),
}


class BurnedText(TextChoices):
    """What became of text that was found in the corners of a picture."""

    FOUND = "found"
    BLANKED = "blanked"
    DISMISSED = "dismissed"


class ExportKind(TextChoices):
    """In which form labels leave."""

    VIA_CSV = "via_csv", "VIA CSV"
    VIA_JSON = "via_json", "VIA JSON"
    COCO = "coco", "COCO"
    MASKS = "masks"
    LABELS_CSV = "labels_csv", "labels CSV"
    DATASET = "dataset", "dataset version"
