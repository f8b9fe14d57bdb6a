"""The champion's stored maps that may help to tighten an image's rectangles."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from accounts.models import User
from annotations.models import FundusImage, Region
from annotations.states import ShapeKind
from inference.models import DatasetItem, ModelVersion, Prediction
from inference.selectors.predictions import proposals_for
from inference.services.prediction_pictures import read_map
from inference.states import ModelState, ModelTask, Split

if TYPE_CHECKING:
    from inference.ml.tighten_map import ModelMap

MOST_RECTANGLES = (
    0.2  # of the regions that a model was tested on: scores against rectangles say nothing of rims
)
TEST_SETS_LOOKED_AT = 100


def champions_maps(
    *, image: FundusImage, codes: Collection[str], by: User | None
) -> "tuple[Prediction | None, dict[str, ModelMap]]":
    """The champion segmenter's prediction of an image, and its maps of those classes that earn a weight.

    Empty where it was not asked about the image, `by` may not see predictions, a file is gone, or its test
    scores on the card are too low or were taken against rectangles. The model itself is not run.
    """
    from inference.ml.tighten_map import ModelMap, map_weight

    seen = Prediction.objects.select_related("model") if by is None else proposals_for(by)
    prediction = seen.filter(image=image, task=ModelTask.SEGMENTER, model__state=ModelState.CHAMPION).first()
    if prediction is None:
        return None, {}
    card = prediction.model.card
    maps = {}
    for code in codes:
        weight = map_weight(card, code) if code in prediction.maps else 0.0
        if weight > 0 and not was_tested_on_rectangles(prediction.model, code):
            try:
                values = read_map(prediction.maps[code])
            except FileNotFoundError:
                continue
            maps[code] = ModelMap(
                values=values, level=float(card["thresholds"][code]["value"]), weight=weight
            )
    return prediction, maps


def was_tested_on_rectangles(model: ModelVersion, code: str) -> bool:
    """Whether many of the class's regions in the test images of a model trained here are rectangles."""
    run = model.runs.order_by("pk").first()
    if run is None or run.dataset_id is None:
        return False
    tested = DatasetItem.objects.filter(dataset=run.dataset_id, split=Split.TEST).order_by("pk")
    sets = list(tested.values_list("label_set", flat=True)[:TEST_SETS_LOOKED_AT])
    regions = Region.objects.filter(label_set__in=sets, lesion_class__code=code, removed_in=None)
    rectangles = regions.filter(shape=ShapeKind.RECT).count()
    return rectangles > MOST_RECTANGLES * regions.count()
