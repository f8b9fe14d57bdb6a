"""Alarms about champions: raised once, acknowledged with a reason, back when worse, ended when well."""

import datetime

import pytest

from accounts.models import User
from core.housekeeping import run_frequent_chores
from core.models import AuditEvent
from inference.models import ModelVersion, ScoreCount
from review.models import DecisionTally, ModelAlarm
from review.services.watch_alarms import check_champions
from tests.review.conftest import ClientOf, Room
from tests.review.scored_images import Say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
SHIFTED = [0.02] * 10 + [0.97] * 90  # PSI 0.8789 against half and half
AS_BEFORE = [0.02, 0.97] * 50


def audited(action: str) -> list[str]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk").values_list("object_id", flat=True))


def test_a_champion_whose_scores_drift_raises_one_alarm(scored: Say) -> None:
    model = scored(*AS_BEFORE)
    assert check_champions() == 0
    scored(*SHIFTED * 4)

    assert check_champions() == 1
    assert check_champions() == 0
    alarm = ModelAlarm.objects.get()
    # 90 of 500 below 10 %, 410 above 90 %: -0.32 ln 0.36 + 0.32 ln 1.64
    assert (alarm.kind, alarm.score, alarm.of) == ("scores", "DR", 500)
    assert alarm.value == pytest.approx(0.4852, abs=1e-4)
    assert audited("model.alarm") == [model.pk]


def test_the_scheduler_looks_once_something_is_predicted(scored: Say) -> None:
    scored(*SHIFTED)

    run_frequent_chores()

    assert ModelAlarm.objects.count() == 1


def test_an_alarm_is_acknowledged_with_a_reason(
    scored: Say, administrator: User, reviewer: User, client_of: ClientOf
) -> None:
    model = scored(*SHIFTED)
    check_champions()
    alarm = ModelAlarm.objects.get()
    address, client = f"/api/model-alarms/{alarm.pk}/acknowledge/", client_of(administrator)
    assert client.get("/api/model-alarms/?state=new").json()["count"] == 1

    assert client_of(reviewer).post(address, {"reason": "seen"}).status_code == 403
    assert client.post(address, {"reason": " "}).status_code == 400
    answer = client.post(address, {"reason": "a new camera since Monday"})

    assert answer.status_code == 200
    assert answer.json()["acknowledged_by"] == "administrator"
    assert client.post(address, {"reason": "again"}).status_code == 409
    assert client.get("/api/model-alarms/?state=new").json()["count"] == 0
    assert client.get("/api/model-alarms/").json()["count"] == 1
    event = AuditEvent.objects.get(action="model.alarm_acknowledge")
    assert (event.object_id, event.actor, event.reason) == (
        model.pk,
        administrator,
        "a new camera since Monday",
    )


def _acknowledge(administrator: User, client_of: ClientOf) -> None:
    alarm = ModelAlarm.objects.get(ended_at=None)
    client_of(administrator).post(f"/api/model-alarms/{alarm.pk}/acknowledge/", {"reason": "known"})


def test_an_acknowledged_alarm_comes_back_when_it_gets_worse(
    scored: Say, administrator: User, client_of: ClientOf
) -> None:
    scored(*AS_BEFORE, *SHIFTED * 4)
    check_champions()
    _acknowledge(administrator, client_of)
    scored(*[0.97] * 20)
    assert check_champions() == 0  # a little more of the same

    scored(*[0.97] * 500)

    assert check_champions() == 1
    before, now = ModelAlarm.objects.order_by("pk")
    assert (before.ended_at is None, now.ended_at, now.acknowledged_at) == (False, None, None)
    assert now.value > before.value + 0.1


def test_an_alarm_ends_when_the_scores_are_well_again(scored: Say) -> None:
    model = scored(*SHIFTED)
    check_champions()
    ScoreCount.objects.update(week=datetime.date(2020, 1, 6))
    scored(*AS_BEFORE)

    check_champions()

    assert ModelAlarm.objects.get().ended_at is not None
    assert audited("model.alarm_end") == [model.pk]


def test_an_alarm_ends_with_the_championship_and_candidates_raise_none(scored: Say) -> None:
    model = scored(*SHIFTED)
    check_champions()
    ModelVersion.objects.filter(pk=model.pk).update(state="retired")

    assert check_champions() == 0
    assert ModelAlarm.objects.get().ended_at is not None


def _decide(signed: Room, *, overridden: int, of: int) -> None:
    """So many image decisions, as if each had been signed."""
    one = DecisionTally.objects.exclude(image=None).filter(model__task="classifier")[:1].get()
    DecisionTally.objects.exclude(pk=one.pk).delete()
    for number in range(of):
        one.pk, one.outcome = None, "no_dr" if number < overridden else one.decided
        one.save(force_insert=True)


def test_too_many_overrides_raise_an_alarm_about_the_classifier_alone(signed: Room) -> None:
    _decide(signed, overridden=9, of=25)
    check_champions()

    assert not ModelAlarm.objects.exists()  # 9 of 26: may be chance
    _decide(signed, overridden=30, of=70)
    check_champions()

    alarm = ModelAlarm.objects.get()
    assert (alarm.kind, alarm.model.task, alarm.limit) == ("overrides", "classifier", 0.2)
    assert alarm.of == 71
    assert alarm.value == pytest.approx(30 / 71)
    assert alarm.low is not None
    assert alarm.low > 0.2


def test_three_overridden_reviews_raise_no_alarm(signed: Room) -> None:
    _decide(signed, overridden=3, of=3)

    assert check_champions() == 0


def test_the_list_of_a_stranger_is_empty(scored: Say, reviewer: User, client_of: ClientOf) -> None:
    scored(*SHIFTED)
    check_champions()

    assert client_of(reviewer).get("/api/model-alarms/?state=all").json()["count"] == 0
