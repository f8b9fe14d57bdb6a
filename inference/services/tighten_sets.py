"""Tightens whole label sets: for each, a proposal of contours that a reviewer accepts or leaves."""

import uuid
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.models import LabelSet, Project, Region, Revision
from annotations.selectors import of_source, regions_of
from annotations.selectors.agreement import TIGHTENED
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.set_kinds import READING
from annotations.services.data_in.writing import Writing
from annotations.states import LabelSetState, ShapeKind
from core.errors import Invalid, NotFound
from core.models import Job
from core.services import audit
from core.services.jobs import queue_job
from imaging.shapes import shape_from_json
from inference.services.tighten import ShapeToTighten, TightenedShape, TooMuchToTighten, tighten_shapes

TIGHTEN_JOB = "inference.tighten"
ORIGIN = "tightened"
TITLE_ENDING = ", tightened"
TITLE_LENGTH = 255


class NothingToTighten(Invalid):
    """No handed-in label set of that source has rectangles left to tighten."""

    code = "nothing_to_tighten"


@dataclass(slots=True, kw_only=True)
class TightenReport:
    """What came of it. `skipped`: label sets whose image is gone or whose rectangles are too large."""

    label_sets: int = 0
    proposed: int = 0
    tightened: int = 0
    unchanged: int = 0
    skipped: int = 0

    def counts(self) -> dict[str, int]:
        """The numbers, as JSON."""
        return asdict(self)


@transaction.atomic
def queue_tightening(*, project: Project, source: str, by: User, idempotency_key: str | None = None) -> Job:
    """Queue the proposals for all label sets of a source. Raises NothingToTighten at once."""
    count = len(sets_to_tighten(project=project, source=source))
    if not count:
        raise _nothing(source)
    return queue_job(
        kind=TIGHTEN_JOB,
        payload={"project": project.pk, "source": source},
        by=by,
        title=f"Tighten the rectangles of {count} label set{'' if count == 1 else 's'} from {source}",
        idempotency_key=idempotency_key,
    )


def tighten_label_sets(*, project: Project, source: str, by: User | None, writing: Writing) -> TightenReport:
    """Propose contours for the label sets of a source that have rectangles and no proposal as they are now.

    Each proposal is written whole and at once, so a second run goes on where the first one stopped.
    Raises NothingToTighten when no label set of the source has rectangles.
    """
    if not sets_with_rectangles(project=project, source=source).exists():
        raise _nothing(source)
    waiting = sets_to_tighten(project=project, source=source)
    report = TightenReport(label_sets=len(waiting))
    for number, pk in enumerate(waiting):
        writing.progress(number, len(waiting), f"{report.tightened:,} rectangles tightened")
        label_set = LabelSet.objects.select_related("image").get(pk=pk)
        try:
            _propose(label_set, by=by, writing=writing, report=report)
        except (NotFound, TooMuchToTighten):
            report.skipped += 1
    writing.progress(len(waiting), len(waiting), f"{report.tightened:,} rectangles tightened")
    return report


def sets_with_rectangles(*, project: Project, source: str) -> QuerySet[LabelSet]:
    """Handed-in label sets of a source with rectangles, oldest first.

    Proposals are left out, and hidden repeats: those measure the reader and must not become training data.
    """
    rectangles = Region.objects.filter(label_set=OuterRef("pk"), removed_in=None, shape=ShapeKind.RECT)
    found = LabelSet.objects.filter(of_source(source), state__in=HANDED_IN, project=project)
    left_out = Q(source__startswith=TIGHTENED) | Q(source__startswith=READING, reading_no__gt=1)
    return found.exclude(left_out).filter(Exists(rectangles)).order_by("pk")


def sets_to_tighten(*, project: Project, source: str) -> list[int]:
    """Ids of those of `sets_with_rectangles` whose current revision has no proposal, oldest first."""
    proposals = Revision.objects.filter(
        label_set__project=project, label_set__source__startswith=TIGHTENED, number=1
    )
    made_of = [note.get(ORIGIN, {}) for note in proposals.values_list("reading", flat=True)]
    proposed = {(int(pk), revision) for one in made_of for pk, revision in one.items()}
    found = sets_with_rectangles(project=project, source=source).values_list("pk", "revision")
    return [pk for pk, revision in found if (pk, revision) not in proposed]


def _propose(label_set: LabelSet, *, by: User | None, writing: Writing, report: TightenReport) -> None:
    regions = list(regions_of(label_set))
    asked = [
        ShapeToTighten(
            uuid=region.uuid,
            shape=shape_from_json(region.shape, region.geometry),
            lesion_class=region.lesion_class.code,
        )
        for region in regions
        if region.shape == ShapeKind.RECT
    ]
    tightened = tighten_shapes(image=label_set.image, shapes=asked, by=by)
    answers = {one.uuid: one for one in tightened.shapes}
    try:
        with writing.open_transaction():
            proposal = _write(label_set, regions, answers, by=by, used_model=tightened.used_model)
    except IntegrityError:  # another run has proposed it meanwhile
        if label_set.pk in sets_to_tighten(project=label_set.image.project, source=label_set.source):
            raise
        return
    contours = sum(one.polygon is not None for one in answers.values())
    report.proposed += proposal is not None
    report.tightened += contours
    report.unchanged += len(answers) - contours


def _write(
    label_set: LabelSet,
    regions: list[Region],
    answers: dict[uuid.UUID, TightenedShape],
    *,
    by: User | None,
    used_model: str | None,
) -> LabelSet:
    """Write the proposal: contours where there are any, everything else as it was."""
    source = f"{TIGHTENED}{label_set.pk}"
    proposal = LabelSet.objects.create(
        image_id=label_set.image_id,
        source=source,
        source_title=_title(label_set),
        reading_no=LabelSet.objects.filter(image=label_set.image_id, source=source).count() + 1,
        state=LabelSetState.SUBMITTED,
        revision=1,
        gradability=label_set.gradability,
        ungradable_reason=label_set.ungradable_reason,
        classes_looked_for=label_set.classes_looked_for,
        submitted_at=timezone.now(),
    )
    Revision.objects.create(
        label_set=proposal,
        number=1,
        change_id=uuid.uuid4(),
        author=by,
        added=len(regions),
        reading={ORIGIN: {str(label_set.pk): label_set.revision}},
    )
    Region.objects.bulk_create(
        [_region(proposal, region, answers.get(region.uuid)) for region in regions], batch_size=500
    )
    audit.record(
        actor=by,
        action="labels.tighten",
        obj=proposal,
        after={
            "of": label_set.pk,
            "of_revision": label_set.revision,
            "regions": len(regions),
            "model": used_model,
        },
    )
    return proposal


def _region(proposal: LabelSet, region: Region, answer: TightenedShape | None) -> Region:
    polygon = answer.polygon if answer else None
    return Region(
        label_set=proposal,
        uuid=region.uuid,
        lesion_class_id=region.lesion_class_id,
        shape=ShapeKind.POLYGON if polygon else region.shape,
        geometry=polygon.to_json() if polygon else region.geometry,
        origin=ORIGIN if polygon else region.origin,
        attributes=region.attributes,
        created_in=1,
    )


def _title(label_set: LabelSet) -> str:
    title = label_set.source_title or label_set.source
    return title[: TITLE_LENGTH - len(TITLE_ENDING)] + TITLE_ENDING


def _nothing(source: str) -> NothingToTighten:
    return NothingToTighten(
        f"No handed-in label set of source '{source}' has rectangles that are not tightened yet.",
        remedy="Name a source as on the page of label sets, such as via or a file's name.",
    )
