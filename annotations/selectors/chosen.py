"""Which reading of an image counts: what datasets, masks and training are made of."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from annotations.models import LabelSet, Project
from annotations.selectors.repeats import HANDED_IN
from annotations.selectors.set_kinds import READING
from annotations.states import ADJUDICATION, CORRECTION, DrStatus, Gradability, LabelSetState
from core.errors import Invalid


class LabelTask(StrEnum):
    """What the labels are to teach; READING: nothing, whatever somebody answered counts."""

    CLASSIFIER = "classifier"
    SEGMENTER = "segmenter"
    READING = "reading"


class UnknownLabelSource(Invalid):
    """No accepted label set comes from the named source."""

    code = "unknown_label_source"


def chosen_label_sets(
    *,
    project: Project,
    task: str | LabelTask,
    source: str | None = None,
    states: Sequence[LabelSetState] = (LabelSetState.ACCEPTED,),
) -> QuerySet[LabelSet]:
    """One accepted label set per image that is usable for the task, image and patient joined; never a union.

    Adjudicated ones come before corrected ones, these before merged ones, and these before the newest
    accepted. A person's hidden repeat measures the reader and never replaces a first reading: it counts only
    where nothing else was accepted. Who was asked to read what changes nothing here. Usable for the
    classifier: DR or no DR was read, or a grade that says it. For the segmenter: some lesion class was looked
    for. Ungradable images are left out of both, and one that was adjudicated ungradable of everything.
    `source` narrows the choice to itself, as `of_source` says, and raises UnknownLabelSource when the project
    has no accepted label set of it. With other `states`, sets in them count too: last of their rank, since
    nobody decided on them yet.
    """
    accepted = LabelSet.objects.filter(project=project, state__in=states)
    if source:
        accepted = accepted.filter(of_source(source))
        if not accepted.exists():
            raise _unknown(project, source)
    else:
        accepted = accepted.exclude(image__in=_adjudicated_ungradable(project))
    usable = accepted.exclude(gradability=Gradability.UNGRADABLE)
    if LabelTask(task) is LabelTask.CLASSIFIER:
        usable = usable.exclude(dr_status=DrStatus.NOT_READ, icdr_grade=None)
    elif LabelTask(task) is LabelTask.READING:
        usable = accepted.exclude(dr_status=DrStatus.NOT_READ, icdr_grade=None, macular_edema=None)
    else:
        usable = usable.exclude(classes_looked_for=[])
    best = (
        usable.filter(image=OuterRef("image"))
        .annotate(rank=_RANK)
        .order_by("rank", F("decided_at").desc(nulls_last=True), "-id")
    )
    chosen = usable.filter(pk=Subquery(best.values("pk")[:1]))
    return chosen.select_related("image__exam__patient", "image__project").order_by("image_id")


def of_source(source: str) -> Q:
    """Label sets of a source: a kind (`via`, `labels`, `person`, …), an exact value, or a file's name."""
    return Q(source=source) | Q(source__startswith=f"{source}:") | Q(source_title=source)


def label_sources(*, project: Project, waiting: bool = False) -> list[tuple[str, str, int]]:
    """(source, title, label sets) of everything that `of_source` can name in a project.

    Accepted label sets count, and with `waiting` those that were handed in, too.
    """
    states = HANDED_IN if waiting else (LabelSetState.ACCEPTED,)
    label_sets = LabelSet.objects.filter(project=project, state__in=states)
    counted = label_sets.values_list("source", "source_title").annotate(sets=Count("pk")).order_by("source")
    return list(counted)


def _adjudicated_ungradable(project: Project) -> QuerySet[Any]:
    """Ids of the images that their newest adjudication calls ungradable."""
    adjudications = LabelSet.objects.filter(
        source__startswith=ADJUDICATION, project=project, state=LabelSetState.ACCEPTED
    )
    newer = adjudications.filter(image=OuterRef("image"), decided_at__gt=OuterRef("decided_at"))
    return adjudications.filter(~Exists(newer), gradability=Gradability.UNGRADABLE).values("image")


_RANK = Case(
    When(source__startswith=ADJUDICATION, then=Value(0)),
    When(source__startswith=CORRECTION, then=Value(1)),
    When(source__startswith="merged:", then=Value(2)),
    When(source__startswith=READING, reading_no__gt=1, then=Value(4)),
    default=Value(3),
    output_field=IntegerField(),
)


def _unknown(project: Project, source: str) -> UnknownLabelSource:
    known = sorted({name.partition(":")[0] for name, _, _ in label_sources(project=project)})
    waiting = LabelSet.objects.filter(of_source(source), project=project).count()
    message = f"Project '{project}' has no accepted label set of source '{source}'."
    if waiting:
        return UnknownLabelSource(
            f"{message} {waiting} of that source wait to be accepted.",
            remedy="Accept them first (for imports: import again with --accept).",
        )
    return UnknownLabelSource(message, remedy=f"Use one of: {', '.join(known) or 'none yet'}.")
