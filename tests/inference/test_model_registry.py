"""Promotion: a second person, a reason, one champion."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from annotations.models import Project
from core.errors import Conflict
from core.models import AuditEvent
from inference.errors import MlRefusal, ReasonMissing, SecondPersonNeeded
from inference.ml.model_store import write_model
from inference.models import ModelVersion, Promotion
from inference.selectors.model_versions import champions
from inference.services.model_files import local_model_folder
from inference.services.model_registry import promote_model, register_folder, retire_model
from inference.states import MODEL_MOVES, ModelState, ModelTask
from tests.inference.tiny_models import write_classifier

AddModel = Callable[..., ModelVersion]


def test_a_first_model_is_a_candidate(add_model: AddModel) -> None:
    assert add_model("classifier").state == ModelState.CANDIDATE


def test_a_second_person_promotes_and_the_old_champion_retires(
    add_model: AddModel, administrator: User, other_administrator: User
) -> None:
    old = add_model("classifier", state="champion")
    new = add_model("classifier", bias=1.0, trained_by=administrator)

    promote_model(model=new, by=other_administrator, reason="Better on the test patients.")

    old.refresh_from_db()
    assert old.state == ModelState.RETIRED
    assert champions(new.project)[ModelTask.CLASSIFIER].pk == new.pk
    promotion = Promotion.objects.get()
    assert (promotion.model, promotion.replaced, promotion.by) == (new, old, other_administrator)
    event = AuditEvent.objects.get(action="model.promote")
    assert event.reason == "Better on the test patients."
    assert event.before == {"state": "candidate", "champion": old.pk}


def test_whoever_trained_a_model_can_not_promote_it(add_model: AddModel, administrator: User) -> None:
    model = add_model("classifier", trained_by=administrator)

    with pytest.raises(SecondPersonNeeded):
        promote_model(model=model, by=administrator, reason="I like it.")

    model.refresh_from_db()
    assert model.state == ModelState.CANDIDATE
    assert not Promotion.objects.exists()


def test_a_one_person_site_may_and_it_is_written_down(
    add_model: AddModel, administrator: User, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    model = add_model("classifier", trained_by=administrator)

    promote_model(model=model, by=administrator, reason="Nobody else works here.")

    assert Promotion.objects.get().one_person_site
    after: Any = AuditEvent.objects.get(action="model.promote").after
    assert after["one_person_site"] is True


def test_a_promotion_needs_a_reason(add_model: AddModel, administrator: User) -> None:
    with pytest.raises(ReasonMissing):
        promote_model(model=add_model("classifier"), by=administrator, reason="  ")


def test_rolling_back_promotes_the_retired_model_again(add_model: AddModel, administrator: User) -> None:
    first = add_model("classifier", state="champion")
    second = add_model("classifier", bias=1.0)
    promote_model(model=second, by=administrator, reason="New.")
    first.refresh_from_db()

    promote_model(model=first, by=administrator, reason="The new one misses too much.")

    assert champions(first.project)[ModelTask.CLASSIFIER].pk == first.pk
    assert ModelVersion.objects.filter(state="champion").count() == 1


def test_champions_of_the_two_tasks_stand_side_by_side(add_model: AddModel, administrator: User) -> None:
    classifier, segmenter = add_model("classifier"), add_model("segmenter")
    promote_model(model=classifier, by=administrator, reason="First.")
    promote_model(model=segmenter, by=administrator, reason="First.")

    assert set(champions(classifier.project)) == {ModelTask.CLASSIFIER, ModelTask.SEGMENTER}


@pytest.mark.parametrize("was", list(ModelState))
@pytest.mark.parametrize("to", [ModelState.CHAMPION, ModelState.RETIRED])
def test_models_move_as_the_table_says(
    add_model: AddModel, administrator: User, was: ModelState, to: ModelState
) -> None:
    model = add_model("classifier", state=was)
    move = promote_model if to == ModelState.CHAMPION else retire_model

    if to in MODEL_MOVES[was]:
        assert move(model=model, by=administrator, reason="Because.").state == to
    else:
        with pytest.raises(Conflict):
            move(model=model, by=administrator, reason="Because.")


@pytest.mark.parametrize("name", ["model.onnx", "card.json"])
def test_a_tampered_model_is_refused(add_model: AddModel, name: str) -> None:
    model = add_model("classifier")
    path = local_model_folder(model) / name
    path.write_bytes(path.read_bytes().replace(b"classifier", b"klassifier"))

    with pytest.raises(MlRefusal) as refusal:
        local_model_folder(model)

    assert refusal.value.code in {"changed_model", "bad_card"}
    assert refusal.value.remedy


def test_a_folder_from_elsewhere_is_checked_and_registered_once(project: Project, tmp_path: Path) -> None:
    model_id = write_classifier(tmp_path / "in")

    first = register_folder(folder=tmp_path / "in", project=project, by=None, expected_id=model_id)
    again = register_folder(folder=tmp_path / "in", project=project, by=None)

    assert first.pk == again.pk == model_id
    assert ModelVersion.objects.count() == 1
    assert AuditEvent.objects.filter(action="model.register").count() == 1


@pytest.mark.parametrize(
    ("onnx", "card", "code"),
    [
        (None, {"thresholds": {}}, "bad_onnx"),
        (b"no graph", {}, "bad_onnx"),
        (None, {"task": "poet"}, "wrong_task"),
        (None, {"output": {"names": ["logit", "missing"]}}, "bad_onnx"),
    ],
)
def test_a_folder_that_does_not_work_is_refused(
    project: Project, tmp_path: Path, onnx: bytes | None, card: dict[str, Any], code: str
) -> None:
    import json

    write_classifier(tmp_path / "good")
    content = (tmp_path / "good" / "model.onnx").read_bytes()
    good = json.loads((tmp_path / "good" / "card.json").read_text())
    write_model(tmp_path / "bad", onnx=onnx or content, card=good | card)

    with pytest.raises(MlRefusal) as refusal:
        register_folder(folder=tmp_path / "bad", project=project, by=None)

    assert refusal.value.code in {code, "model_does_not_run", "bad_card"}
    assert not ModelVersion.objects.exists()


def test_a_folder_with_another_id_than_expected_is_refused(project: Project, tmp_path: Path) -> None:
    write_classifier(tmp_path / "in")

    with pytest.raises(MlRefusal, match="expected model"):
        register_folder(folder=tmp_path / "in", project=project, by=None, expected_id="0" * 64)
