"""How well images show the retina: as measured, unless a person has said otherwise."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from annotations.models import FundusImage, QualityJudgement
from imaging.quality import Quality


def measured_quality(image: FundusImage) -> Quality | None:
    """What was measured when the image came in; None where nothing was."""
    try:
        return Quality.from_json(image.quality)
    except (TypeError, KeyError, ValueError):
        return None


def with_judgements(images: QuerySet[FundusImage]) -> QuerySet[FundusImage]:
    """Prefetch people's judgements of quality as `judgements`, the newest first."""
    newest_first = QualityJudgement.objects.select_related("author").order_by("-pk")
    return images.prefetch_related(
        Prefetch("quality_judgements", queryset=newest_first, to_attr="judgements")
    )


def standing_judgement(image: FundusImage) -> QualityJudgement | None:
    """The newest judgement of a person, which stands over what was measured."""
    if hasattr(image, "judgements"):
        return next(iter(image.judgements), None)
    return image.quality_judgements.select_related("author").order_by("-pk").first()


def standing_judgements(image_ids: Iterable[int]) -> dict[int, QualityJudgement]:
    """The standing judgement of each image that has one. One query."""
    found = QualityJudgement.objects.filter(image__in=list(image_ids)).select_related("author")
    return {judgement.image_id: judgement for judgement in found.order_by("pk")}


def standing_grade(image: FundusImage) -> str:
    """good, usable or ungradable; empty where nothing was measured or said."""
    judgement = standing_judgement(image)
    if judgement is not None:
        return judgement.grade
    quality = measured_quality(image)
    return quality.grade if quality else ""
