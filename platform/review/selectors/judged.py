"""A review with all it judges: images, findings, verdicts, what was drawn beside them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from annotations.models import FundusImage, LesionClass, Region
from imaging.outlines import label_polygons
from inference.models import Finding, Prediction
from inference.selectors.findings import finding_uuid
from review.models import FindingVerdict, Review, ReviewedImage
from review.states import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFinding:
    """One finding and what the reviewer says of it; `drawn` is its outline in the correction, if any.

    `labelled`: whether its class is switched on in the image's project; if not, it needs no verdict.
    """

    finding: Finding
    uuid: UUID
    said: FindingVerdict | None
    drawn: Region | None
    labelled: bool

    @property
    def is_open(self) -> bool:
        """Whether a verdict is still needed before signing."""
        return self.labelled and not self.verdict

    @property
    def verdict(self) -> str:
        """The verdict; empty while there is none."""
        return self.said.verdict if self.said else ""

    @property
    def lesion_class(self) -> str:
        """The class that counts: as corrected, else as the model had it."""
        if self.verdict == Verdict.EDIT and self.drawn is not None:
            return str(self.drawn.lesion_class.code)
        return str(self.finding.lesion_class)


@dataclass(slots=True, kw_only=True)
class JudgedImage:
    """One image of a review; `added` are lesions that no model had found.

    `labelled_classes`: codes of the lesion classes that are switched on in the image's project.
    """

    reviewed: ReviewedImage
    labelled_classes: frozenset[str]
    findings: list[JudgedFinding] = field(default_factory=list)
    added: list[Region] = field(default_factory=list)

    @property
    def image(self) -> FundusImage:
        """The photograph."""
        return self.reviewed.image

    @property
    def classifier(self) -> Prediction | None:
        """What said DR or no DR."""
        return self.reviewed.decision.classifier if self.reviewed.decision else None

    @property
    def segmenter(self) -> Prediction | None:
        """What found the lesions."""
        return self.reviewed.decision.segmenter if self.reviewed.decision else None

    @property
    def looked_for(self) -> list[str]:
        """Classes that the model searched the image for; a lesion that the reviewer adds is no search."""
        return sorted(self.segmenter.outputs.get("lesions") or {} if self.segmenter else {})

    @property
    def lesions(self) -> dict[str, int] | None:
        """Class code -> lesions that were not rejected; None where nobody looked for any."""
        if self.segmenter is None and not self.added:
            return None
        counts = dict.fromkeys(self.looked_for, 0)
        for judged in self.findings:
            if judged.verdict != Verdict.REJECT:
                counts[judged.lesion_class] = counts.get(judged.lesion_class, 0) + 1
        for region in self.added:
            counts[region.lesion_class.code] = counts.get(region.lesion_class.code, 0) + 1
        return counts

    @property
    def correction_waits(self) -> bool:
        """Whether the correction was drawn on since the verdicts last followed it."""
        row = self.reviewed
        return row.correction is not None and row.correction.revision != row.correction_revision

    @property
    def is_corrected(self) -> bool:
        """Whether the reviewer changed, rejected or added any lesion."""
        changed = (Verdict.EDIT, Verdict.REJECT)
        return bool(self.added) or any(judged.verdict in changed for judged in self.findings)


def judged_images(review: Review, *, with_outlines: bool = False) -> list[JudgedImage]:
    """Every image of the review with its findings, in the order of the exam. Five queries, however many."""
    rows = review.images.select_related(
        "image__exam__patient",
        "image__project",
        "decision__classifier__model",
        "decision__segmenter__model",
        "correction",
    )
    enabled = enabled_classes(review)
    images = [
        JudgedImage(reviewed=row, labelled_classes=enabled[row.image.project_id])
        for row in rows.order_by("image_id")
    ]
    said = {verdict.finding_id: verdict for verdict in review.verdicts.all()}
    drawn = _drawn(images)
    found = _findings(images, with_outlines=with_outlines)
    for judged in images:
        regions = drawn.get(judged.reviewed.correction_id or 0, {})
        for finding in found.get(judged.segmenter.pk, []) if judged.segmenter else []:
            uuid = finding_uuid(finding)
            region = regions.pop(uuid, None)
            judged.findings.append(
                JudgedFinding(
                    finding=finding,
                    uuid=uuid,
                    said=said.get(finding.pk),
                    drawn=region,
                    labelled=finding.lesion_class in judged.labelled_classes,
                )
            )
        judged.added = list(regions.values())
    return images


def outlines_of(findings: list[Finding]) -> dict[int, dict[str, Any]]:
    """Each finding's outline as a region has it, by its id."""
    outlines = [(one.polygon["points"], one.polygon.get("holes") or []) for one in findings]
    return {
        finding.pk: polygon.to_json()
        for finding, polygon in zip(findings, label_polygons(outlines), strict=True)
    }


def enabled_classes(review: Review) -> dict[int, frozenset[str]]:
    """Codes of the lesion classes that are switched on, by project of the review's images."""
    projects = review.images.values("image__project")
    classes = LesionClass.objects.filter(project__in=projects, enabled=True)
    enabled: dict[int, frozenset[str]] = defaultdict(frozenset)
    for project, code in classes.values_list("project_id", "code"):
        enabled[project] |= {code}
    return enabled


def _drawn(images: list[JudgedImage]) -> dict[int, dict[UUID, Region]]:
    """Current regions of the corrections, by label set and uuid."""
    corrections = [one.reviewed.correction_id for one in images if one.reviewed.correction_id]
    regions = Region.objects.filter(label_set__in=corrections, removed_in=None).select_related("lesion_class")
    drawn: dict[int, dict[UUID, Region]] = defaultdict(dict)
    for region in regions.order_by("pk"):
        drawn[region.label_set_id][region.uuid] = region
    return drawn


def _findings(images: list[JudgedImage], *, with_outlines: bool) -> dict[int, list[Finding]]:
    """Findings of the judged predictions, the most certain first."""
    predictions = [one.segmenter.pk for one in images if one.segmenter]
    findings = Finding.objects.filter(prediction__in=predictions).order_by("-confidence", "pk")
    found: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings if with_outlines else findings.defer("polygon"):
        found[finding.prediction_id].append(finding)
    return found
