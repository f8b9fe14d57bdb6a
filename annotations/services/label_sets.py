"""Readings: opened, and saved as deltas against a revision. Nothing is overwritten."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Region, Revision
from annotations.selectors import regions_of
from annotations.selectors.repeats import repeats_due
from annotations.selectors.set_kinds import reading_source
from annotations.services.label_errors import InvalidRegion, LabelSetLocked, NotTheAuthor, StaleRevision
from annotations.services.reading_answers import check_places
from annotations.states import EDITABLE_STATES
from core.actions import Action
from core.errors import NotFound, NotPermitted
from core.services import audit
from imaging.errors import InvalidShape
from imaging.shapes import check_within, shape_from_json

MAX_REGIONS = 20_000  # of one label set
GIVEN_ORIGIN = re.compile(r"drawn|tightened|model:[\w.:-]{1,70}|merged:\d{1,20}(\+\d{1,20})?")
READING_FIELDS = (
    "dr_status",
    "icdr_grade",
    "macular_edema",
    "gradability",
    "ungradable_reason",
    "comment",
    "landmarks",
    "pins",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionChange:
    """One change to one region; an update keeps what it does not give."""

    op: Literal["add", "update", "remove"]
    uuid: UUID
    shape: str = ""
    geometry: Mapping[str, Any] | None = None
    lesion_class: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The revision that a save made (or had made before), and how many regions the set has."""

    revision: int
    regions_count: int


@dataclass(frozen=True, slots=True)
class _State:
    """What a region is after the changes so far."""

    lesion_class_id: int
    shape: str
    geometry: dict[str, Any]
    origin: str


@transaction.atomic
def open_reading(*, image: FundusImage, reader: User, reading_no: int | None = None) -> tuple[LabelSet, bool]:
    """One reading of the image by the reader, or a new and empty draft of it; and whether it is new.

    Without a number: the repeat that is due, else the reader's latest. Raises NotPermitted, and NotFound for
    a repeat that nobody asked for.
    """
    if not reader.can(Action.LABEL):
        raise NotPermitted(
            "Your roles do not include labelling.", remedy="Ask an administrator for the specialist's role."
        )
    source = reading_source(reader.pk)
    sets = LabelSet.objects.filter(image=image, source=source).order_by("-reading_no")
    due = repeats_due(reader).filter(image=image).values_list("reading_no", flat=True).first()
    if reading_no is None:
        number = due or sets.values_list("reading_no", flat=True).first() or 1
    else:
        number = reading_no
    if there := sets.filter(reading_no=number).first():
        return there, False
    if number not in (1, due):
        raise NotFound("There is no such reading, or it is not yours.")
    enabled = LesionClass.objects.filter(project=image.project_id, enabled=True)
    try:
        with transaction.atomic():
            label_set = LabelSet.objects.create(
                image=image,
                source=source,
                author=reader,
                reading_no=number,
                classes_looked_for=sorted(enabled.values_list("code", flat=True)),
            )
    except IntegrityError:  # another tab was first
        return LabelSet.objects.get(image=image, source=source, reading_no=number), False
    audit.record(
        actor=reader, action="labels.open", obj=label_set, after={"image": image.pk, "reading": number}
    )
    return label_set, True


@transaction.atomic
def save_changes(
    *,
    label_set: LabelSet,
    by: User,
    base_revision: int,
    change_id: UUID,
    changes: Sequence[RegionChange],
    reading: Mapping[str, Any] | None = None,
    seconds_spent: float = 0.0,
) -> Saved:
    """Apply a delta as the next revision; the same `change_id` again changes nothing.

    Time alone makes no revision, so that it disturbs no other tab; it counts each time that it is given.
    The label set's row is taken by one conditional UPDATE on `base_revision`, so of two saves of one
    revision one wins. Raises NotTheAuthor, LabelSetLocked, StaleRevision, InvalidRegion.
    """
    if label_set.author_id != by.pk:
        raise NotTheAuthor("Only its author changes a reading.", remedy="Open a reading of your own.")
    if earlier := _saved_before(label_set, change_id):
        return earlier
    answers = {name: reading[name] for name in READING_FIELDS if name in reading} if reading else {}
    if not changes and not answers:
        return _add_time(label_set, seconds_spent, by=by)
    check_places(answers, image=label_set.image)
    taken = LabelSet.objects.filter(
        pk=label_set.pk, revision=base_revision, state__in=EDITABLE_STATES
    ).update(revision=base_revision + 1, seconds_spent=F("seconds_spent") + seconds_spent, **answers)
    if not taken:
        if earlier := _saved_before(label_set, change_id):  # the same save, a moment ago
            return earlier
        raise _why_not(label_set)
    number = base_revision + 1
    counts = _apply(label_set, number, changes, by=by)
    Revision.objects.create(
        label_set=label_set, number=number, change_id=change_id, author=by, reading=answers, **counts
    )
    audit.record(
        actor=by,
        action="labels.save",
        obj=label_set,
        after={"revision": number, **counts} | ({"reading": answers} if answers else {}),
    )
    return Saved(revision=number, regions_count=_count(label_set))


def _add_time(label_set: LabelSet, seconds: float, *, by: User) -> Saved:
    editable = LabelSet.objects.filter(pk=label_set.pk, state__in=EDITABLE_STATES)
    if not editable.update(seconds_spent=F("seconds_spent") + seconds):
        raise _why_not(label_set)
    audit.record(actor=by, action="labels.time", obj=label_set, after={"seconds": seconds})
    label_set.refresh_from_db()
    return Saved(revision=label_set.revision, regions_count=_count(label_set))


def _saved_before(label_set: LabelSet, change_id: UUID) -> Saved | None:
    earlier = Revision.objects.filter(label_set=label_set, change_id=change_id).first()
    if earlier is None:
        return None
    return Saved(revision=earlier.number, regions_count=_count(label_set))


def _why_not(label_set: LabelSet) -> Exception:
    label_set.refresh_from_db()
    if label_set.state not in EDITABLE_STATES:
        return LabelSetLocked(
            f"This reading is {label_set.state}; it can't be changed.",
            remedy="Ask a reviewer to return it to you.",
            detail={"state": label_set.state, "current_revision": label_set.revision},
        )
    return StaleRevision(
        f"This reading was saved elsewhere meanwhile; it is at revision {label_set.revision} now.",
        remedy="Load it again; your changes can be applied to the new revision.",
        detail={"current_revision": label_set.revision},
    )


def _apply(label_set: LabelSet, number: int, changes: Sequence[RegionChange], *, by: User) -> dict[str, int]:
    """Write what the changes come to: end the rows that go, append those that come. Gives the counts."""
    touched = {change.uuid for change in changes}
    before = {region.uuid: region for region in regions_of(label_set).filter(uuid__in=touched)}
    after: dict[UUID, _State | None] = {uuid: _state_of(region) for uuid, region in before.items()}
    checker = _Checker(label_set)
    for change in changes:
        after[change.uuid] = checker.changed(change, after.get(change.uuid))
    ended = [uuid for uuid, region in before.items() if after[uuid] != _state_of(region)]
    Region.objects.filter(label_set=label_set, removed_in=None, uuid__in=ended).update(removed_in=number)
    new = [
        Region(
            label_set=label_set,
            uuid=uuid,
            lesion_class_id=state.lesion_class_id,
            shape=state.shape,
            geometry=state.geometry,
            origin=state.origin,
            attributes=_kept_attributes(before.get(uuid), state),
            author=by,
            created_in=number,
        )
        for uuid, state in after.items()
        if state is not None and (uuid not in before or uuid in ended)
    ]
    Region.objects.bulk_create(new)
    if new and _count(label_set) > MAX_REGIONS:
        raise InvalidRegion(
            f"A label set takes {MAX_REGIONS:,} regions.",
            remedy="Draw one polygon around a group of lesions.",
        )
    updated = sum(region.uuid in before for region in new)
    return {"added": len(new) - updated, "updated": updated, "removed": len(ended) - updated}


class _Checker:
    """Checks changes against the image's size and the project's classes."""

    def __init__(self, label_set: LabelSet) -> None:
        self._image = label_set.image
        enabled = LesionClass.objects.filter(project=self._image.project_id, enabled=True)
        self._classes = dict(enabled.values_list("code", "pk"))

    def changed(self, change: RegionChange, now: _State | None) -> _State | None:
        """The region's state after the change; raises InvalidRegion."""
        if change.op == "add":
            if now is not None:
                raise _bad(change, "region_exists", "A region of this uuid is there already.")
            geometry = self._geometry(change, change.shape)
            return _State(self._class(change), change.shape, geometry, self._origin(change, "drawn"))
        if now is None:
            raise _bad(change, "unknown_region", "There is no region of this uuid in this revision.")
        if change.op == "remove":
            return None
        shape = change.shape or now.shape
        return _State(
            self._class(change) if change.lesion_class else now.lesion_class_id,
            shape,
            self._geometry(change, shape) if change.geometry is not None else now.geometry,
            self._origin(change, now.origin),
        )

    def _class(self, change: RegionChange) -> int:
        if change.lesion_class not in self._classes:
            raise _bad(
                change,
                "unknown_class",
                f"'{change.lesion_class}' is no lesion class that is switched on in this project.",
                remedy=f"Use one of: {', '.join(sorted(self._classes))}.",
            )
        return self._classes[change.lesion_class]

    def _origin(self, change: RegionChange, now: str) -> str:
        if change.origin in ("", now):
            return now
        if not GIVEN_ORIGIN.fullmatch(change.origin):
            raise _bad(
                change, "unknown_origin", f"'{change.origin}' is no origin that a person's shape can have."
            )
        return change.origin

    def _geometry(self, change: RegionChange, kind: str) -> dict[str, Any]:
        try:
            shape = shape_from_json(kind, change.geometry)
            check_within(shape, width=self._image.width, height=self._image.height)
        except InvalidShape as error:
            raise _bad(change, error.code, error.message, remedy=error.remedy) from error
        return shape.to_json()


def _bad(change: RegionChange, reason: str, message: str, *, remedy: str = "") -> InvalidRegion:
    return InvalidRegion(
        message,
        remedy=remedy or "Load the reading again.",
        detail={"uuid": str(change.uuid), "op": change.op, "reason": reason},
    )


def _state_of(region: Region) -> _State:
    return _State(region.lesion_class_id, region.shape, region.geometry, region.origin)


def _kept_attributes(before: Region | None, state: _State) -> dict[str, Any] | None:
    """What an imported file said of a region, as long as it is still of the class that the file named."""
    if before is None or before.lesion_class_id != state.lesion_class_id:
        return None
    attributes: dict[str, Any] | None = before.attributes
    return attributes


def _count(label_set: LabelSet) -> int:
    return Region.objects.filter(label_set=label_set, removed_in=None).count()
