"""What the champions said of the sample patients, beside the lesions that were drawn into their pictures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from annotations.models import FundusImage, LabelSet, Project
from annotations.selectors.regions import regions_of
from annotations.services.samples import SOURCE
from annotations.states import DrStatus
from imaging.arrays import BoolMask
from imaging.masks import rasterize
from imaging.shapes import shape_from_json
from inference.models import Prediction
from inference.selectors.model_versions import champions
from inference.states import ModelTask

SYNTHETIC = (
    "These images are synthetic: lesions drawn onto one healthy retina. That they are found shows that every "
    "step works, not how well the models do on patients; for that, see the scores on their cards."
)


@dataclass(slots=True, kw_only=True)
class LesionScore:
    """One class over all sample images: pixels in both masks, in the drawn and in the found one."""

    images_with: int = 0
    both_px: int = 0
    drawn_px: int = 0
    found_px: int = 0

    def add(self, drawn: BoolMask, found: BoolMask) -> None:
        """Count one image's masks, bool (H, W)."""
        self.images_with += bool(drawn.any())
        self.both_px += int((drawn & found).sum())
        self.drawn_px += int(drawn.sum())
        self.found_px += int(found.sum())

    @property
    def dice(self) -> float | None:
        """Pooled over all images; None where nothing was drawn or found."""
        return _share(2 * self.both_px, self.drawn_px + self.found_px)

    def to_json(self) -> dict[str, Any]:
        """Pooled Dice, recall and precision."""
        return {
            "images_with": self.images_with,
            "dice": self.dice,
            "recall": _share(self.both_px, self.drawn_px),
            "precision": _share(self.both_px, self.found_px),
        }


@dataclass(slots=True, kw_only=True)
class DrScore:
    """How many images with drawn lesions were called DR, and how many without were not."""

    with_dr: int = 0
    called_dr: int = 0
    without_dr: int = 0
    called_no_dr: int = 0


@dataclass(slots=True, kw_only=True)
class SampleScores:
    """All of it; a task without a champion has scored no image."""

    images: int = 0
    scored: dict[ModelTask, int] = field(default_factory=dict)  # for each champion
    lesions: dict[str, LesionScore] = field(default_factory=dict)
    dr: DrScore = field(default_factory=DrScore)


def score_samples(*, project: Project) -> SampleScores:
    """Hold what today's champions said of the sample images against what was drawn there. Changes nothing."""
    truths = {
        truth.image_id: truth
        for truth in LabelSet.objects.filter(project=project, source=SOURCE).select_related("image")
    }
    scores = SampleScores(images=len(truths))
    for task, model in champions(project).items():
        said = Prediction.objects.filter(model=model, image__in=truths).order_by("pk")
        scores.scored[task] = len(said)
        for prediction in said:
            truth = truths[prediction.image_id]
            if task == ModelTask.SEGMENTER:
                _score_lesions(scores, truth, prediction)
            else:
                _score_dr(scores.dr, truth, prediction)
    return scores


def _score_lesions(scores: SampleScores, truth: LabelSet, prediction: Prediction) -> None:
    found = _masks(
        truth.image, ((one.lesion_class, "polygon", one.polygon) for one in prediction.findings.all())
    )
    regions = regions_of(truth).select_related("lesion_class")
    drawn = _masks(truth.image, ((one.lesion_class.code, one.shape, one.geometry) for one in regions))
    nothing = rasterize([], height=truth.image.height, width=truth.image.width)
    for code in truth.classes_looked_for:
        scores.lesions.setdefault(code, LesionScore()).add(drawn.get(code, nothing), found.get(code, nothing))


def _masks(image: FundusImage, shapes: Iterable[tuple[str, str, object]]) -> dict[str, BoolMask]:
    by_class = defaultdict(list)
    for code, kind, geometry in shapes:
        by_class[code].append(shape_from_json(kind, geometry))
    return {
        code: rasterize(those, height=image.height, width=image.width) for code, those in by_class.items()
    }


def _score_dr(score: DrScore, truth: LabelSet, prediction: Prediction) -> None:
    called_dr = prediction.outputs["dr_probability"] >= prediction.outputs["dr_threshold"]
    if truth.dr_status == DrStatus.DR:
        score.with_dr += 1
        score.called_dr += called_dr
    else:
        score.without_dr += 1
        score.called_no_dr += not called_dr


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
