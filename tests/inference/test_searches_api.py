"""Searches over HTTP and on the command line; no trial is trained here."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Project
from core.models import Job
from inference.models import Search, SearchTrial, TrainingRun
from inference.services.searches import queue_search
from inference.states import ModelTask

ASKED = {"task": "classifier", "preset": "quick_resnet50_grid", "trials": 3}


@pytest.fixture
def client(administrator: User, member: Callable[[User], User], client_of: Any) -> APIClient:
    client: APIClient = client_of(member(administrator))
    return client


@pytest.fixture
def search(labelled_project: Project, administrator: User) -> Search:
    return queue_search(
        project=labelled_project,
        task=ModelTask.CLASSIFIER,
        preset="quick_resnet50_grid",
        trials=4,
        by=administrator,
    )


def end(search: Search, number: int, *, state: str, value: float | None = None, early: bool = False) -> None:
    """Let a trial have ended so."""
    trial = SearchTrial.objects.get(search=search, number=number)
    job = trial.run.job or Job.objects.create(kind="inference.trial", queue="train")
    job.state, job.error_message = state, "Out of memory." if state == "failed" else ""
    job.save()
    TrainingRun.objects.filter(pk=trial.run_id).update(job=job)
    trial.run.epochs.create(epoch=2, attempt=1, seconds=3.0, metrics={})
    trial.value, trial.stopped_early, trial.params = value, early, {"learning_rate": 0.001 * number}
    trial.save()


def test_a_search_is_started_listed_and_opened(client: APIClient, labelled_project: Project) -> None:
    started = client.post("/api/searches/", {**ASKED, "project": labelled_project.pk}, format="json")

    assert started.status_code == 202
    assert (started.json()["state"], started.json()["trials_all"]) == ("running", 3)
    (listed,) = client.get("/api/searches/").json()["results"]
    opened = client.get(f"/api/searches/{listed['id']}/").json()
    assert opened["objective"] == "AUC on validation images"
    assert [one["name"] for one in opened["dimensions"]] == ["learning_rate", "balancing"]
    assert opened["best_run"] is None
    assert client.get("/api/training-runs/").json()["count"] == 0


def test_what_is_wrong_with_a_search_is_said(client: APIClient, labelled_project: Project) -> None:
    asked = {**ASKED, "project": labelled_project.pk, "trials": 10}

    refused = client.post("/api/searches/", asked, format="json")

    assert (refused.status_code, refused.json()["code"]) == (400, "can_not_search")


def test_trials_are_listed_best_first(client: APIClient, search: Search) -> None:
    end(search, 1, state="succeeded", value=0.7)
    end(search, 2, state="succeeded", value=0.9)
    end(search, 3, state="succeeded", value=0.95, early=True)
    end(search, 4, state="failed")

    trials = client.get(f"/api/searches/{search.pk}/trials/").json()["results"]

    assert [(one["number"], one["state"]) for one in trials] == [
        (2, "finished"),
        (1, "finished"),
        (3, "stopped_early"),
        (4, "failed"),
    ]
    assert (trials[0]["epochs"], trials[0]["seconds"], trials[0]["params"]) == (
        2,
        3.0,
        {"learning_rate": 0.002},
    )
    assert trials[3]["error_message"] == "Out of memory."
    opened = client.get(f"/api/searches/{search.pk}/").json()
    best = SearchTrial.objects.get(search=search, number=2)
    assert (opened["state"], opened["best_value"], opened["best_run"]) == ("finished", 0.9, best.run_id)
    run = client.get(f"/api/training-runs/{best.run_id}/").json()
    assert (run["search"], run["trial"]) == (search.pk, 2)


def test_a_long_search_is_listed_with_few_queries(
    client: APIClient, search: Search, django_assert_max_num_queries: Any
) -> None:
    for number in range(1, 5):
        end(search, number, state="succeeded", value=0.5)

    with django_assert_max_num_queries(12):
        client.get(f"/api/searches/{search.pk}/trials/")
    with django_assert_max_num_queries(10):
        client.get("/api/searches/")


def test_a_search_is_cancelled_and_resumed(client: APIClient, search: Search) -> None:
    cancelled = client.post(f"/api/searches/{search.pk}/cancel/")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert client.post(f"/api/searches/{search.pk}/cancel/").status_code == 409

    resumed = client.post(f"/api/searches/{search.pk}/resume/")

    assert (resumed.status_code, resumed.json()["state"]) == (200, "running")
    assert client.post(f"/api/searches/{search.pk}/resume/").status_code == 409


def test_a_search_of_another_project_is_not_there(search: Search, make_user: Any, client_of: Any) -> None:
    stranger = client_of(make_user("stranger", Role.REVIEWER))

    assert stranger.get("/api/searches/").json()["count"] == 0
    for address in ("", "trials/"):
        assert stranger.get(f"/api/searches/{search.pk}/{address}").status_code == 404


def test_searches_say_what_they_vary(client: APIClient) -> None:
    presets = {one["name"]: one for one in client.get("/api/search-presets/").json()}

    grid = presets["study_resnet50_grid"]
    assert (grid["trials"], grid["most_trials"], grid["study"]) == (40, 40, True)
    assert grid["dimensions"][0] == {
        "name": "learning_rate", "values": [0.001, 0.0001], "low": None, "high": None, "log": False
    }  # fmt: skip


def test_the_command_queues_a_search(labelled_project: Project, administrator: User) -> None:
    out = StringIO()

    call_command(
        "search", "classifier", preset="quick_resnet50_grid", trials=2, by="administrator", json=True,
        set=["epochs=2"], stdout=out, stderr=StringIO(),
    )  # fmt: skip

    search = Search.objects.get()
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "search": search.pk, "state": "running", "best": None, "problems": []
    }  # fmt: skip
    assert (search.queued_by, search.settings, search.trials.count()) == (administrator, {"epochs": 2}, 2)
