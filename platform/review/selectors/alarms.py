"""Which models a person may watch, and the alarms about them."""

from django.db.models import Case, QuerySet, Value, When

from accounts.models import User
from inference.models import ModelVersion
from inference.selectors.model_versions import models_for
from inference.states import ModelState
from review.models import ModelAlarm
from review.states import AlarmState


def alarms_for(user: User) -> QuerySet[ModelAlarm]:
    """Alarms about models of the person's projects, newest first."""
    alarms = ModelAlarm.objects.filter(model__in=models_for(user).order_by().values("pk"))
    return alarms.select_related("model", "acknowledged_by").order_by("-pk")


def alarms_in(alarms: QuerySet[ModelAlarm], state: AlarmState) -> QuerySet[ModelAlarm]:
    """Narrowed to those that wait for somebody, or that have not ended."""
    if state == AlarmState.ALL:
        return alarms
    alarms = alarms.filter(ended_at=None)
    return alarms.filter(acknowledged_at=None) if state == AlarmState.NEW else alarms


def watchable_models(user: User) -> QuerySet[ModelVersion]:
    """Models that the person may see: champions first, then the newest."""
    champions_first = Case(When(state=ModelState.CHAMPION, then=Value(0)), default=Value(1))
    return models_for(user).order_by(champions_first, "-created_at", "pk")
