"""Watching the models: figures against small cases counted by hand, who sees them, and how they leave."""

import csv
import datetime
import io
import json
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage
from core.housekeeping import run_chores, run_frequent_chores
from core.models import AuditEvent, Job
from inference.models import ImageDecision, ModelVersion, Promotion
from inference.services.count_scores import count_scores
from inference.services.predictions import queue_prediction
from inference.states import ModelState
from review.models import DecisionTally, FindingTally
from review.services.tallies import tally_forgotten
from tests.review.conftest import ClientOf, Room
from tests.review.scored_images import watched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_kept")]
SQUARE = {"x": 20, "y": 20, "width": 12, "height": 10}


def champion(task: str) -> ModelVersion:
    return ModelVersion.objects.get(task=task, state="champion")


def image_of(room: Room, place: int = 0) -> int:
    return int(room.now["images"][place]["image"])


def sign_with_corrections(room: Room) -> None:
    """Reject one finding of the right eye, add one, call it free of DR against the models; keep the rest."""
    added = {"op": "add", "uuid": str(uuid.uuid4()), "lesion_class": "HE"}
    room.correct(0, {**added, "shape": "rect", "geometry": SQUARE})
    room.accept_all()
    first = room.findings()[0]
    room.save(verdicts=[{"finding": first["id"], "verdict": "reject", "reason": "vessel"}])
    room.save(
        decisions=[{"scope": "image", "image": image_of(room), "outcome": "no_dr", "reason": "old scars"}]
    )
    room.settle("dr")
    room.sign()


def test_overrides_and_agreement_are_counted_for_each_model_of_a_decision(room: Room) -> None:
    sign_with_corrections(room)

    said = watched(champion("classifier")).total.decisions
    assert (said.overrides.count, said.overrides.of) == (1, 2)
    assert (said.patient_overrides.count, said.patient_overrides.of) == (0, 1)
    assert (said.agreement.count, said.agreement.of) == (1, 2)
    found = watched(champion("segmenter")).total.decisions
    assert (found.overrides.count, found.overrides.of) == (1, 2)
    assert found.agreement.of == 0  # a segmenter says nothing of DR


def test_findings_are_counted_by_class(room: Room) -> None:
    rejected = room.findings()[0]["lesion_class"]
    findings = [one["lesion_class"] for image in room.now["images"] for one in image["findings"]]
    sign_with_corrections(room)

    classes = watched(champion("segmenter")).classes
    assert {code: one.accepted + one.rejected for code, one in classes.items()} == {
        code: findings.count(code) for code in ("HE", "EX")
    }
    assert {code: one.rejected for code, one in classes.items() if one.rejected} == {rejected: 1}
    assert {code: one.missed for code, one in classes.items() if one.missed} == {"HE": 1}
    assert not watched(champion("classifier")).classes


def test_a_draft_counts_nowhere(room: Room) -> None:
    room.accept_all()
    room.settle()

    assert watched(champion("classifier")).total.decisions.images == 0


def test_a_new_version_takes_the_place_of_the_one_before(room: Room) -> None:
    sign_with_corrections(room)
    room.now = room.client.post(f"/api/exams/{room.exam.pk}/reviews/").json()
    room.address = f"/api/reviews/{room.now['id']}/"
    room.save(decisions=[{"scope": "image", "image": image_of(room), "outcome": "dr", "reason": ""}])
    room.settle("dr")
    assert watched(champion("classifier")).total.decisions.overrides.count == 1  # of the version that stands
    room.sign()

    overrides = watched(champion("classifier")).total.decisions.overrides
    assert (overrides.count, overrides.of) == (0, 2)
    assert set(DecisionTally.objects.values_list("review", flat=True)) == {room.now["id"]}


def test_reviews_of_earlier_releases_are_counted_later_once(signed: Room) -> None:
    DecisionTally.objects.all().delete()
    FindingTally.objects.all().delete()

    assert tally_forgotten() == 1
    assert tally_forgotten() == 0
    assert watched(champion("classifier")).total.decisions.images == 2


def test_counting_earlier_reviews_goes_on_with_the_frequent_chores_until_none_is_left(
    signed: Room,
    administrator: User,
    add_image: Callable[..., FundusImage],
    do: Callable[[Job], Job],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = add_image("P2", "OD", grade=2, seed=1)
    do(queue_prediction(project=second.project, by=administrator))
    other = Room(signed.client, second.exam)
    other.accept_all()
    other.settle()
    other.sign()
    at_once = tallies()
    DecisionTally.objects.all().delete()
    FindingTally.objects.all().delete()
    monkeypatch.setattr("review.tasks.CHORE_SECONDS", 0)
    monkeypatch.setattr("core.housekeeping._UNFINISHED", {})

    run_chores()
    assert set(DecisionTally.objects.values_list("review", flat=True)) == {signed.now["id"]}
    run_frequent_chores()

    assert tallies() == at_once
    assert tally_forgotten() == 0


def test_a_review_that_rests_on_no_model_is_not_left_to_count(signed: Room) -> None:
    DecisionTally.objects.all().delete()
    ImageDecision.objects.update(classifier=None, segmenter=None)

    assert tally_forgotten() == 0


def tallies() -> tuple[list[object], list[object]]:
    """All that is counted of signed reviews."""
    decisions = DecisionTally.objects.values_list("review", "model", "week", "image", "decided", "outcome")
    findings = FindingTally.objects.values_list("review", "image", "lesion_class", "accepted", "missed")
    return list(decisions.order_by("review", "model", "image")), list(
        findings.order_by("review", "image", "lesion_class")
    )


def test_figures_are_told_by_site_camera_and_week(signed: Room) -> None:
    DecisionTally.objects.update(site="Eye clinic", camera="")
    today = timezone.now().date()
    monday = today - datetime.timedelta(days=today.weekday(), weeks=30)
    old = DecisionTally.objects.exclude(image=None).order_by("-pk")[:1].get()
    DecisionTally.objects.filter(image=old.image).update(week=monday, site="Ward")

    recent, ever = watched(champion("classifier")), watched(champion("classifier"), weeks=40)
    assert recent.sites["Eye clinic"].decisions.images == 1
    assert "Ward" not in recent.sites
    assert ever.sites["Ward"].decisions.images == 1
    assert ever.cameras[""].decisions.images == 2
    assert ever.weeks[monday].decisions.images == 1


def test_areas_of_lesions_are_scores_too(signed: Room) -> None:
    count_scores()

    drifts = {drift.score.code: drift for drift in watched(champion("segmenter")).scores}

    assert set(drifts) >= {"HE", "EX"}
    assert {drift.images for drift in drifts.values()} == {2}


def test_only_people_of_the_project_see_its_models(
    signed: Room, administrator: User, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    model = champion("classifier").pk
    stranger = client_of(make_user("stranger", Role.REVIEWER))
    for client, ids in ((signed.client, 2), (client_of(administrator), 2), (stranger, 0)):
        assert len(client.get("/api/watched-models/").json()["results"]) == ids
    assert stranger.get(f"/api/watched-models/{model}/").status_code == 404
    assert stranger.get(f"/api/watched-models/{model}/csv/").status_code == 404
    told = signed.client.get(f"/api/watched-models/{model}/").json()
    assert told["decisions"]["overrides"]["of"] == 2
    assert told["limits"]["weeks"] == 8


def test_champions_come_first_and_the_list_takes_as_many_queries_for_many_models(
    signed: Room, add_model: Callable[..., ModelVersion]
) -> None:
    address = "/api/watched-models/"
    signed.client.get(address)
    with CaptureQueriesContext(connection) as few:
        signed.client.get(address)
    for bias in range(3, 9):
        add_model("classifier", bias=bias)
    with CaptureQueriesContext(connection) as many:
        states = [one["state"] for one in signed.client.get(address).json()["results"]]

    assert states == ["champion"] * 2 + ["candidate"] * 6
    assert len(many) == len(few)


def test_the_table_for_spreadsheets_has_the_figures_and_leaves_a_trace(signed: Room, reviewer: User) -> None:
    DecisionTally.objects.update(site="=1+1")
    model = champion("classifier").pk

    answer = signed.client.get(f"/api/watched-models/{model}/csv/?weeks=4")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    overrides = next(row for row in rows if (row["part"], row["figure"]) == ("all", "overrides"))
    assert (overrides["count"], overrides["of"]) == ("0", "2")
    assert "'=1+1" in {row["name"] for row in rows if row["part"] == "site"}
    event = AuditEvent.objects.get(action="model.watch_export")
    assert (event.object_id, event.actor, event.after) == (model, reviewer, {"weeks": 4})


def test_the_command_tells_the_same(signed: Room, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("watch_models", "--weeks", "4")

    told = json.loads(capsys.readouterr().out)
    page = signed.client.get(f"/api/watched-models/{champion('classifier').pk}/?weeks=4").json()
    by_task = {one["task"]: one for one in told["models"]}
    assert by_task["classifier"]["decisions"] == page["decisions"]
    assert told["alarms"] == []


def test_the_page_tells_since_when_a_model_is_champion_apart_from_where_the_weeks_begin(signed: Room) -> None:
    model = champion("classifier")
    first = timezone.now() - datetime.timedelta(days=20)
    newest = timezone.now() - datetime.timedelta(minutes=25)
    for at in (first, newest):
        Promotion.objects.filter(pk=Promotion.objects.create(model=model).pk).update(at=at)
    address = f"/api/watched-models/{model.pk}/?weeks=8"

    told = signed.client.get(address).json()
    assert datetime.datetime.fromisoformat(told["champion_since"]) == newest
    assert told["since"] < newest.date().isoformat()

    model.state = ModelState.RETIRED
    model.save()
    assert signed.client.get(address).json()["champion_since"] is None


def test_more_weeks_than_two_years_are_refused(signed: Room) -> None:
    answer = signed.client.get("/api/watched-models/?weeks=105")

    assert answer.status_code == 400
