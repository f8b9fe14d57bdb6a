"""Mending what is known of an image: which eye it shows, and which part of the retina."""

from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import User
from annotations.models import FundusImage
from annotations.states import Eye
from core.actions import Action
from core.errors import NotPermitted
from core.services import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to hold from now on; None leaves it as it is."""

    eye: Eye | None = None
    field: str | None = None


@transaction.atomic
def correct_image(*, image: FundusImage, correction: Correction, by: User) -> FundusImage:
    """Say which eye an image shows, and its field. Labels and predictions stay: they speak of pixels.

    Decisions for eyes and patients are made from the images' eyes whenever they are asked for, so they
    follow at once. Raises NotPermitted.
    """
    if not by.can(Action.IMPORT):
        raise NotPermitted(
            "Your roles do not include correcting images.", remedy="Ask an administrator to do it."
        )
    held = FundusImage.objects.select_for_update().get(pk=image.pk)
    wanted = {name: value for name, value in asdict(correction).items() if value is not None}
    before = {name: getattr(held, name) for name in wanted if getattr(held, name) != wanted[name]}
    if before:
        after = {name: wanted[name] for name in before}
        for name, value in after.items():
            setattr(held, name, value)
        held.save(update_fields=list(after))
        audit.record(actor=by, action="images.correct", obj=held, before=before, after=after)
    return held
