"""A classifier that reads a segmenter's findings: registered, trained, predicting, refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project
from core.models import Job
from inference.errors import MlRefusal, NoModel
from inference.ml.model_store import StoredModel, write_model
from inference.models import DatasetItem, DatasetVersion, ModelVersion, Prediction, TrainingRun
from inference.services.model_registry import register_folder
from inference.services.predictions import queue_prediction
from inference.services.training_files import training_input
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask, Split
from tests.ml.models import lesion_classifier, red_segmenter

AddImage = Callable[..., FundusImage]
ClientOf = Callable[[User | None], APIClient]
Do = Callable[[Job], Job]
Register = Callable[..., ModelVersion]


@pytest.fixture
def register(project: Project, tmp_path: Path) -> Register:
    """Take a stored model into the registry: `register(red_segmenter(), state="champion")`."""

    def take(stored: StoredModel, *, state: str = "candidate") -> ModelVersion:
        folder = tmp_path / stored.id
        write_model(folder, onnx=stored.onnx, card=stored.card)
        model = register_folder(folder=folder, project=project, by=None)
        ModelVersion.objects.filter(pk=model.pk).update(state=state)
        model.refresh_from_db()
        return model

    return take


def test_it_is_registered_only_where_its_segmenter_is(register: Register) -> None:
    fusion = lesion_classifier(red_segmenter())

    with pytest.raises(MlRefusal, match="which is not registered here") as refused:
        register(fusion)
    register(red_segmenter())

    assert refused.value.code == "missing_dependency"
    assert register(fusion).card["depends_on"] == [red_segmenter().id]


def test_it_predicts_with_its_own_segmenter_and_both_versions_are_told(
    register: Register,
    add_image: AddImage,
    project: Project,
    administrator: User,
    client_of: ClientOf,
    do: Do,
) -> None:
    own = register(red_segmenter(), state="retired")
    champion = register(red_segmenter(threshold=0.9), state="champion")
    fusion = register(lesion_classifier(red_segmenter()), state="champion")
    image = add_image("P1", grade=3)

    done = do(queue_prediction(project=project, by=administrator))

    assert done.result["predicted"] == 1
    rows = {row.task: row for row in Prediction.objects.filter(image=image)}
    assert (rows["classifier"].model, rows["segmenter"].model) == (fusion, champion)
    told = client_of(administrator).get(f"/api/images/{image.pk}/predictions/").json()
    told = told["results"] if isinstance(told, dict) else told
    assert {one["task"]: one["lesion_finder"] for one in told} == {"classifier": own.pk, "segmenter": None}
    assert {one["task"]: one["model_name"] for one in told} == {
        "classifier": fusion.name,
        "segmenter": champion.name,
    }


def test_people_are_told_the_segmenter_by_its_title(
    register: Register,
    add_image: AddImage,
    project: Project,
    administrator: User,
    client_of: ClientOf,
    do: Do,
) -> None:
    register(red_segmenter(), state="champion")
    fusion = register(lesion_classifier(red_segmenter()), state="champion")
    ModelVersion.objects.filter(pk=fusion.pk).update(
        card=fusion.card | {"lesion_finder": {"title": "U-Net lite0"}}
    )
    image = add_image("P1", grade=3)
    do(queue_prediction(project=project, by=administrator))

    told = client_of(administrator).get(f"/api/images/{image.pk}/predictions/").json()["results"]

    titles = {one["task"]: one["lesion_finder_title"] for one in told}
    assert titles == {"classifier": "U-Net lite0", "segmenter": ""}


def test_a_segmenter_whose_files_changed_stops_the_prediction(
    register: Register, add_image: AddImage, project: Project, administrator: User, do: Do
) -> None:
    own = register(red_segmenter())
    register(lesion_classifier(red_segmenter()), state="champion")
    add_image("P1", grade=3)
    card = Path(default_storage.path(f"{own.folder}/card.json"))
    card.write_text(json.dumps(json.loads(card.read_text()) | {"title": "another"}))

    done = do(queue_prediction(project=project, by=administrator))

    assert done.state == "failed"
    assert done.error_code == "changed_model"
    assert not Prediction.objects.exists()


def test_training_one_needs_a_champion_segmenter_which_is_fixed_then(
    register: Register, labelled_project: Project, administrator: User
) -> None:
    def queue() -> TrainingRun:
        return queue_training_run(
            project=labelled_project, task=ModelTask.CLASSIFIER, preset="cpu_lesion_fusion", by=administrator
        )

    with pytest.raises(NoModel, match="this project has none"):
        queue()
    champion = register(red_segmenter(), state="champion")

    assert queue().lesion_finder == champion


def test_the_run_is_told_its_segmenter_and_which_images_taught_it(
    register: Register, add_image: AddImage, project: Project
) -> None:
    segmenter = register(red_segmenter(), state="champion")
    images = [add_image(f"P{number}", grade=2, labels="status") for number in range(3)]
    other_eye = add_image("P0", "OS", grade=2, labels="status")
    learned, dataset = (
        _frozen(project, number, task) for number, task in ((1, "segmenter"), (2, "classifier"))
    )
    _add(learned, images[:1], Split.TRAIN)
    _add(dataset, [*images, other_eye], Split.TEST)
    TrainingRun.objects.create(project=project, task="segmenter", dataset=learned, model=segmenter)
    run = TrainingRun.objects.create(project=project, task="classifier", lesion_finder=segmenter)

    told = training_input(run=run, dataset=dataset, attempt=1)

    assert told["segmenter_id"] == segmenter.pk
    assert (Path(told["segmenter"]) / "card.json").exists()
    items = json.loads(Path(told["manifest"]).read_text())["items"]
    assert [item["taught_segmenter"] for item in items] == [True, False, False, True]


def _frozen(project: Project, number: int, task: str) -> DatasetVersion:
    return DatasetVersion.objects.create(
        project=project, number=number, task=task, content_hash=str(number), frozen_at=timezone.now()
    )


def _add(dataset: DatasetVersion, images: list[FundusImage], split: Split) -> None:
    for image in images:
        DatasetItem.objects.create(
            dataset=dataset,
            image=image,
            label_set=image.label_sets.get(),
            revision=1,
            split=split,
            patient_code=image.exam.patient.code,
            label=1,
        )
