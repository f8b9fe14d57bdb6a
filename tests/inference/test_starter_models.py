"""The models that come with Fovea: taken in once, champions only where nobody chose one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Patient, Project
from core.models import AuditEvent, Job
from core.services import audit_check
from inference.ml.model_store import load_model, write_model
from inference.models import ImageDecision, ModelVersion, Prediction, Promotion
from inference.services.model_registry import promote_model, retire_model
from inference.services.predictions import PREDICT_JOB
from inference.services.starter_models import StarterReport, register_starter_models
from tests.inference.conftest import AddImage, AddModel
from tests.inference.tiny_models import write_classifier, write_segmenter

Register = Callable[[], StarterReport]


@pytest.fixture
def starters(tmp_path: Path) -> Path:
    """A folder of two starter models as the repository has it."""
    folder = tmp_path / "starter"
    ids = {
        "classifier": write_classifier(folder / "classifier"),
        "segmenter": write_segmenter(folder / "segmenter"),
    }
    (folder / "ids.json").write_text(json.dumps(ids))
    return folder


@pytest.fixture
def register(project: Project, starters: Path) -> Register:
    return lambda: register_starter_models(project=project, folder=starters)


@pytest.fixture
def samples(project: Project, add_image: AddImage) -> None:
    """A sample patient and one that is real."""
    add_image("SAMPLE-01", "OD")
    add_image("SAMPLE-01", "OS", grade=0)
    add_image("REAL", "OD")
    Patient.objects.filter(code="SAMPLE-01").update(is_synthetic=True)


def states() -> dict[str, str]:
    return dict(ModelVersion.objects.values_list("task", "state"))


def test_a_first_start_makes_them_champions_as_the_system(register: Register) -> None:
    register()

    assert states() == {"classifier": "champion", "segmenter": "champion"}
    promotions = list(Promotion.objects.all())
    assert {(one.by, one.replaced) for one in promotions} == {(None, None)}
    assert all("no second person was asked" in one.reason for one in promotions)
    events = AuditEvent.objects.filter(action="model.promote")
    assert {event.actor_name for event in events} == {"system"}
    assert {(event.after or {}).get("second_person") for event in events} == {
        "not needed: nothing was replaced"
    }
    assert audit_check.verify().ok


def test_a_second_start_does_nothing(register: Register, samples: None) -> None:
    register()
    before = (AuditEvent.objects.count(), Job.objects.count(), ModelVersion.objects.count())

    again = register()

    assert again == StarterReport()
    assert (AuditEvent.objects.count(), Job.objects.count(), ModelVersion.objects.count()) == before


def test_the_sample_patients_are_predicted_once_in_the_background(
    register: Register, samples: None, do: Callable[[Job], Job]
) -> None:
    report = register()
    register()

    job = Job.objects.get(kind=PREDICT_JOB)
    assert report.predicting == job
    assert job.requested_by is None
    assert not Prediction.objects.exists()
    assert do(job).state == "succeeded"
    decided = ImageDecision.objects.values_list("image__exam__patient__code", flat=True)
    assert sorted(decided) == ["SAMPLE-01", "SAMPLE-01"]  # real images wait until somebody asks


def test_without_sample_patients_nothing_is_queued(register: Register) -> None:
    assert register().predicting is None
    assert not Job.objects.exists()


def test_a_champion_that_a_site_chose_stays(
    register: Register, add_model: AddModel, administrator: User
) -> None:
    chosen = promote_model(model=add_model("classifier", bias=-1.0), by=administrator, reason="ours")

    register()

    chosen.refresh_from_db()
    assert chosen.state == "champion"
    assert states()["segmenter"] == "champion"
    assert ModelVersion.objects.filter(task="classifier", state="candidate").count() == 1


def test_a_candidate_of_the_site_keeps_its_place_to_wait(register: Register, add_model: AddModel) -> None:
    own = add_model("classifier", bias=-1.0)

    register()

    assert dict(ModelVersion.objects.filter(task="classifier").values_list("state", "pk")).keys() == {
        "candidate"
    }
    assert ModelVersion.objects.filter(task="classifier").exclude(pk=own.pk).exists()
    assert states()["segmenter"] == "champion"


def test_a_starter_that_a_site_retired_stays_retired(register: Register, administrator: User) -> None:
    register()
    segmenter = ModelVersion.objects.get(task="segmenter")
    retire_model(model=segmenter, by=administrator, reason="not for our camera")

    register()

    assert states()["segmenter"] == "retired"


def test_a_start_that_was_interrupted_before_the_crowning_is_made_good(
    register: Register, samples: None
) -> None:
    register()
    Promotion.objects.all().delete()
    Job.objects.all().delete()
    ModelVersion.objects.update(state="candidate")

    report = register()

    assert len(report.champions) == 2
    assert report.predicting is not None


def test_a_segmenter_alone_predicts_and_leaves_the_decision_open(
    register: Register, starters: Path, samples: None, do: Callable[[Job], Job]
) -> None:
    ids = json.loads((starters / "ids.json").read_text())
    (starters / "ids.json").write_text(json.dumps({"segmenter": ids["segmenter"]}))

    job = register().predicting

    assert job is not None
    do(job)
    assert set(ImageDecision.objects.values_list("outcome", flat=True)) == {"pending"}
    assert Prediction.objects.filter(task="segmenter").count() == 2


@pytest.mark.parametrize("file", ["model.onnx", "card.json"])
def test_a_changed_file_is_refused_and_the_other_model_is_taken_in(
    register: Register, starters: Path, file: str
) -> None:
    path = starters / "segmenter" / file
    path.write_bytes(path.read_bytes().replace(b"segmenter", b"segmentor"))

    report = register()

    assert states() == {"classifier": "champion"}
    (refusal,) = report.refused
    assert str(starters / "segmenter") in refusal.message


def test_a_missing_folder_is_refused_and_an_absent_list_is_nothing(
    project: Project, starters: Path, tmp_path: Path
) -> None:
    (starters / "segmenter" / "model.onnx").unlink()

    assert [one.code for one in register_starter_models(project=project, folder=starters).refused] == [
        "missing_file"
    ]
    assert register_starter_models(project=project, folder=tmp_path / "none") == StarterReport()


def test_the_command_says_what_it_did_in_a_line_each(
    project: Project, starters: Path, samples: None, capsys: Any
) -> None:
    (starters / "classifier" / "card.json").write_text("{}")

    with pytest.raises(SystemExit):
        call_command("register_starter_models", folder=starters)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines][1:] == [
        "Predict 2 images (segmenter)",
        "Starter model not taken in",
    ]
    assert lines[0].startswith("Starter segmenter ")
    assert lines[0].endswith(" is registered as the champion.")


def test_the_registry_tells_a_starter_from_a_model_of_the_site(
    register: Register,
    starters: Path,
    add_model: AddModel,
    administrator: User,
    client_of: Callable[[User], APIClient],
) -> None:
    origin = {"dataset": "IDRiD", "licence": "CC BY 4.0", "attribution": "Porwal et al."}
    stored = load_model(starters / "segmenter")
    scores = {"test": {"classes": {"EX": {"dice": 0.8}}}, "train": {"classes": {"EX": {"dice": 0.9}}}}
    model_id = write_model(
        starters / "segmenter",
        onnx=stored.onnx,
        card=stored.card | {"starter": origin | {"images": 54}, "metrics": scores},
    )
    (starters / "ids.json").write_text(json.dumps({"segmenter": model_id}))
    register()
    add_model("classifier")

    listed = client_of(administrator).get("/api/models/").json()["results"]
    shown = client_of(administrator).get(f"/api/models/{model_id}/").json()

    assert {one["task"]: one["starter"] for one in listed} == {"segmenter": origin, "classifier": None}
    assert shown["starter"] == origin
    brief = next(one for one in listed if one["id"] == model_id)
    assert brief["name"] == shown["name"]
    assert brief["metrics"] == {"test": scores["test"]}
    assert shown["metrics"] == scores
    assert shown["promotions"][0]["by"] is None
