"""A champion that says what a test wants of images that nobody has seen; and its figures."""

import datetime
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.utils import timezone

from annotations.models import FundusImage
from inference.models import ModelVersion, Prediction
from inference.services.count_scores import count_scores
from inference.states import ModelTask
from review.selectors.watch import Watched, limits_of_site, watch

Say = Callable[..., ModelVersion]


@pytest.fixture
def nothing_kept() -> None:
    """Row numbers of one test come again in the next: what the scheduler has seen must not."""
    cache.clear()


def watched(model: ModelVersion, *, weeks: int = 8) -> Watched:
    """The figures of one model."""
    (one,) = watch([model], weeks=weeks, limits=limits_of_site())
    return one


@pytest.fixture
def scored(
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
) -> Say:
    """A champion whose card knows 200 held-out images, half below 10 % and half above 90 %."""
    model = add_model("classifier", state="champion")
    bins = [{"images": 50, "probability": 0.05}, {"images": 50, "probability": 0.95}]
    fold = {"reliability": {"bins": bins}}
    ModelVersion.objects.filter(pk=model.pk).update(
        card={**model.card, "metrics": {"validation": fold, "test": fold, "train": {}}}
    )
    first = add_image("P1")

    def say(*probabilities: float, weeks_ago: int = 0) -> ModelVersion:
        """Predict one new image for each; the images are copies of one row."""
        start = FundusImage.objects.count()
        images = []
        for number in range(len(probabilities)):
            first.pk, first.upload_sha256 = None, f"copy {start + number}"
            images.append(FundusImage(**{f.attname: getattr(first, f.attname) for f in first._meta.fields}))
        images = FundusImage.objects.bulk_create(images)
        made = Prediction.objects.bulk_create(
            Prediction(
                image=image,
                model=model,
                task=ModelTask.CLASSIFIER,
                outputs={"dr": probability > 0.5, "dr_probability": probability},
            )
            for image, probability in zip(images, probabilities, strict=True)
        )
        at = timezone.now() - datetime.timedelta(weeks=weeks_ago)
        Prediction.objects.filter(pk__in=[one.pk for one in made]).update(created_at=at)
        count_scores()
        return ModelVersion.objects.get(pk=model.pk)

    return say
