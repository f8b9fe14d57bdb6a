"""Predictions a person may see, and images that can be predicted."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from annotations.models import FundusImage
from annotations.selectors import images_for, images_still_to_read
from core.actions import Action
from inference.models import Prediction


def predictions_for(user: User) -> QuerySet[Prediction]:
    """Predictions of the images that this person may open and has read, if asked to; newest first."""
    return proposals_for(user).filter(~blinded_for(user, "image__"))


def proposals_for(user: User) -> QuerySet[Prediction]:
    """Predictions that may propose something to this person, also while they have still to read the image.

    For what they ask for themselves: contours for their rectangles, and findings to accept one by one.
    """
    if not user.can(Action.SEE_PREDICTIONS):
        return Prediction.objects.none()
    images = images_for(user).order_by().values("pk")
    return Prediction.objects.filter(image__in=images).select_related("model", "image")


def blinded_for(user: User, path: str = "") -> Q:
    """Images whose predictions and decisions this person must not see yet: those they have still to read.

    Every view of predictions and decisions passes here, so that readers stay independent of the models that
    learn from them. `path` leads to the image ("image__"; "": the row itself).
    """
    image = path.removesuffix("__") or "pk"
    return Q(Exists(images_still_to_read(user).order_by().filter(pk=OuterRef(image))))


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
