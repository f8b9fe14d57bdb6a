"""Which lesion classes of a project can be drawn and imported."""

from django.db import transaction

from accounts.models import User
from annotations.models import LesionClass
from core.errors import Conflict
from core.services import audit


@transaction.atomic
def set_lesion_class_enabled(*, lesion_class: LesionClass, enabled: bool, by: User | None) -> LesionClass:
    """Switch a class on or off. What was drawn in it stays; open readings keep what they looked for.

    Raises Conflict for the last class that is switched on: nobody could draw anything.
    """
    classes = {
        one.pk: one for one in LesionClass.objects.select_for_update().filter(project=lesion_class.project_id)
    }
    held = classes[lesion_class.pk]
    if held.enabled == enabled:
        return held
    if not enabled and not any(one.enabled for one in classes.values() if one.pk != held.pk):
        raise Conflict(
            f"{held.name} is the last lesion class that is switched on.", remedy="Switch another on first."
        )
    held.enabled = enabled
    held.save(update_fields=["enabled"])
    audit.record(
        actor=by,
        action="lesion_class.enable" if enabled else "lesion_class.disable",
        obj=held,
        before={"enabled": not enabled},
        after={"code": held.code, "enabled": enabled},
    )
    return held
