"""A segmenter's findings of one image, for a read-only layer over the photograph."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from accounts.models import User
from annotations.models import FundusImage
from core.errors import NotFound
from imaging.outlines import label_polygons
from imaging.shapes import Polygon
from inference.models import Finding, Prediction
from inference.selectors.predictions import proposals_for
from inference.states import ModelState, ModelTask

MOST_FINDINGS = 5_000
FINDINGS = UUID("0b7f1c0e-5d0b-4a55-9a5e-6f2f6c1f7a11")  # the namespace of their uuids


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFinding:
    """One finding as a label polygon; the same finding always has the same uuid."""

    uuid: UUID
    id: int
    lesion_class: str
    confidence: float
    area_px: int
    area_fov_percent: float
    polygon: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsLayer:
    """The findings asked for, the most certain first; `total` counts those that were left out too."""

    prediction: Prediction | None
    findings: list[LayerFinding]
    total: int


def finding_uuid(finding: Finding) -> UUID:
    """The name of a finding as a region; always the same."""
    return uuid5(FINDINGS, f"{finding.prediction_id}/{finding.pk}")


def layer_prediction(*, user: User, image: FundusImage, prediction: int | None = None) -> Prediction | None:
    """What the champion segmenter said about the image, or this very prediction of a segmenter.

    None where the champion was not asked. Raises NotFound for a named one that the person may not see or that
    is of another image.
    """
    said = proposals_for(user).filter(image=image, task=ModelTask.SEGMENTER)
    if prediction is None:
        return said.filter(model__state=ModelState.CHAMPION).first()
    named = said.filter(pk=prediction).first()
    if named is None:
        raise NotFound("There is no such prediction, or it is not yours.")
    return named


def findings_layer(
    *,
    user: User,
    image: FundusImage,
    lesion_class: str = "",
    min_confidence: float = 0.0,
    prediction: int | None = None,
) -> FindingsLayer:
    """What the champion segmenter found, or the named prediction holds; see `layer_prediction`.

    Empty where the champion has not been asked about the image. Raises NotFound.
    """
    shown = layer_prediction(user=user, image=image, prediction=prediction)
    if shown is None:
        return FindingsLayer(prediction=None, findings=[], total=0)
    found = Finding.objects.filter(prediction=shown, confidence__gte=min_confidence)
    if lesion_class:
        found = found.filter(lesion_class=lesion_class)
    stored = list(found.defer("bbox").order_by("-confidence", "id"))
    summary = (shown.outputs.get("lesions") or {}).items()
    counted = sum(one["count"] for code, one in summary if not lesion_class or code == lesion_class)
    return FindingsLayer(
        prediction=shown,
        findings=_with_label_polygons(stored[:MOST_FINDINGS]),
        total=len(stored) if min_confidence > 0 else max(len(stored), counted),
    )


def _with_label_polygons(findings: list[Finding]) -> list[LayerFinding]:
    outlines = [(one.polygon["points"], one.polygon.get("holes") or []) for one in findings]
    return [
        LayerFinding(
            uuid=finding_uuid(finding),
            id=finding.pk,
            lesion_class=finding.lesion_class,
            confidence=finding.confidence,
            area_px=finding.area_px,
            area_fov_percent=finding.area_fov_percent,
            polygon=polygon,
        )
        for finding, polygon in zip(findings, label_polygons(outlines), strict=True)
    ]
