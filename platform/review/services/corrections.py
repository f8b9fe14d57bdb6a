"""Corrections of one review: outlines mended and lesions added in the reading room, and what follows.

The label set of a correction holds every finding that is not rejected, under the finding's own uuid, and the
added lesions. Room and verdicts follow each other: `prepare_correction` writes verdicts into the label set
before the room opens, `take_corrections` reads the room's work back as verdicts.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from annotations.models import LabelSet, Region
from annotations.services.corrections import begin_correction, change_correction
from annotations.services.label_sets import RegionChange
from core.services import audit
from inference.models import Finding
from review.errors import UnknownPart
from review.models import FindingVerdict, Review, ReviewedImage
from review.selectors.judged import JudgedFinding, JudgedImage, enabled_classes, judged_images, outlines_of
from review.states import Verdict, VerdictReason

REMOVED = "Removed in the reading room."


@transaction.atomic
def prepare_correction(*, review: Review, image_id: int, by: User) -> LabelSet:
    """The correction of one image with every finding that is not rejected; the caller has checked the draft.

    What was drawn and not taken over yet gives way to the verdicts, so take it over first. Raises UnknownPart
    when the image is not in the review.
    """
    judged = next((one for one in judged_images(review) if one.image.pk == image_id), None)
    if judged is None:
        raise UnknownPart("This review has no such image.", remedy="Load the review again.")
    row = judged.reviewed
    if row.correction is None:
        enabled = judged.labelled_classes
        looked_for = [code for code in judged.looked_for if code in enabled] or sorted(enabled)
        row.correction = begin_correction(image=row.image, by=by, of=str(review.pk), looked_for=looked_for)
    label_set = change_correction(label_set=row.correction, by=by, changes=_changes(judged))
    row.correction_revision = label_set.revision
    row.save(update_fields=["correction", "correction_revision"])
    return label_set


@transaction.atomic
def take_corrections(*, review: Review, by: User) -> int:
    """Turn what was drawn in the room since the last look into verdicts; gives how many findings changed.

    The caller has checked the draft and taken a revision.
    """
    moved: list[FindingVerdict] = []
    cleared: list[int] = []
    for judged in judged_images(review, with_outlines=True):
        row = judged.reviewed
        if row.correction is None or not judged.correction_waits:
            continue
        outlines = outlines_of([one.finding for one in judged.findings])
        removed = _removed_since(row)
        for one in judged.findings:
            if not one.labelled:
                continue
            said = _drawn_verdict(one, outlines[one.finding.pk], removed=removed)
            if said is None:
                continue
            verdict, reason, note = said
            moved.append(
                FindingVerdict(review=review, finding=one.finding, verdict=verdict, reason=reason, note=note)
            )
            cleared.append(one.finding.pk)
        row.correction_revision = row.correction.revision
        row.save(update_fields=["correction_revision"])
    review.verdicts.filter(finding__in=cleared).delete()
    FindingVerdict.objects.bulk_create(moved)
    told = {"revision": review.revision, "findings": len(moved)}
    audit.record(actor=by, action="review.take_corrections", obj=review, after=told)
    return len(moved)


def copy_correction(*, row: ReviewedImage, earlier: LabelSet, regions: Sequence[Region], by: User) -> None:
    """Begin a correction with these regions of an earlier, signed one."""
    label_set = begin_correction(
        image=row.image, by=by, of=str(row.review_id), looked_for=earlier.classes_looked_for
    )
    enabled = enabled_classes(row.review)[row.image.project_id]
    changes = [
        RegionChange(
            op="add",
            uuid=region.uuid,
            shape=region.shape,
            geometry=region.geometry,
            lesion_class=region.lesion_class.code,
            origin=region.origin,
        )
        for region in regions
        if region.lesion_class.code in enabled
    ]
    row.correction = change_correction(label_set=label_set, by=by, changes=changes)
    row.correction_revision = row.correction.revision
    row.save(update_fields=["correction", "correction_revision"])


def _changes(judged: JudgedImage) -> list[RegionChange]:
    """What brings the label set in line with the verdicts."""
    missing = [one.finding.pk for one in judged.findings if one.verdict not in (Verdict.REJECT, Verdict.EDIT)]
    outlines = outlines_of(list(Finding.objects.filter(pk__in=missing)))
    model_id = judged.segmenter.model_id if judged.segmenter else ""
    changes: list[RegionChange] = []
    for one in judged.findings:
        if one.verdict == Verdict.REJECT:
            if one.drawn is not None:
                changes.append(RegionChange(op="remove", uuid=one.uuid))
        elif one.verdict != Verdict.EDIT and one.labelled:
            outline = outlines[one.finding.pk]
            if one.drawn is None or not _same(one.drawn, one, outline):
                changes.append(_as_found(one, outline, model_id=model_id))
    return changes


def _as_found(one: JudgedFinding, outline: Mapping[str, Any], *, model_id: str) -> RegionChange:
    """The region of a finding as the model had it."""
    return RegionChange(
        op="add" if one.drawn is None else "update",
        uuid=one.uuid,
        shape="polygon",
        geometry=outline,
        lesion_class=one.finding.lesion_class,
        origin=f"model:{model_id}",
    )


def _drawn_verdict(
    one: JudgedFinding, outline: Mapping[str, Any], *, removed: Collection[UUID]
) -> tuple[Verdict, VerdictReason | str, str] | None:
    """The verdict that the drawing comes to; None where it says nothing new."""
    if one.drawn is None:
        stays = one.verdict == Verdict.REJECT or one.uuid not in removed
        return None if stays else (Verdict.REJECT, VerdictReason.OTHER, REMOVED)
    if _same(one.drawn, one, outline):
        return (Verdict.ACCEPT, "", "") if one.verdict in (Verdict.REJECT, Verdict.EDIT) else None
    other_class = one.drawn.lesion_class.code != one.finding.lesion_class
    reason = VerdictReason.WRONG_CLASS if other_class else VerdictReason.WRONG_OUTLINE
    if one.said is not None and (one.verdict, one.said.reason) == (Verdict.EDIT, reason):
        return None
    return Verdict.EDIT, reason, ""


def _removed_since(row: ReviewedImage) -> set[UUID]:
    """What was taken away in the room since the verdicts last followed it; before, a verdict took it away."""
    removed = Region.objects.filter(label_set=row.correction_id, removed_in__gt=row.correction_revision)
    return set(removed.values_list("uuid", flat=True))


def _same(region: Region, one: JudgedFinding, outline: Mapping[str, Any]) -> bool:
    found = (one.finding.lesion_class, "polygon", outline)
    return (region.lesion_class.code, region.shape, region.geometry) == found
