"""Predictions a person may see, and images that can be predicted."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from accounts.models import User
from annotations.models import FundusImage
from annotations.selectors import images_for
from core.actions import Action
from inference.models import Prediction


def predictions_for(user: User) -> QuerySet[Prediction]:
    """Predictions of the images this person may open, model joined, newest first."""
    if not user.can(Action.SEE_PREDICTIONS):
        return Prediction.objects.none()
    images = images_for(user).filter(~blinded_for(user)).order_by().values("pk")
    return Prediction.objects.filter(image__in=images).select_related("model", "image")


def blinded_for(user: User) -> Q:
    """Images whose predictions this person must not see yet.

    None today. A project that wants its readers uninfluenced will hide predictions from whoever has an
    unsubmitted reading of the image; every view of predictions and decisions passes here.
    """
    return Q(pk__in=[])


def images_open_to(user: User | None) -> QuerySet[FundusImage]:
    """Images this person may open; all of them to the system (None), which shows them to nobody."""
    return FundusImage.objects.select_related("exam__patient") if user is None else images_for(user)


def images_to_predict(
    *, user: User | None, project_id: int, patients: Sequence[int] | None, images: Sequence[int] | None
) -> QuerySet[FundusImage]:
    """Images of a project the person may open: the named ones, those of named patients, or all."""
    found = images_open_to(user).filter(project_id=project_id)
    if patients is None and images is None:
        return found
    named = Q(pk__in=images or []) | Q(exam__patient_id__in=patients or [])
    return found.filter(named)
