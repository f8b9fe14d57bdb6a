"""Model versions as stored files: put in once under their id, checked each time they are taken out."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from annotations.models import Project
from inference.errors import MlRefusal, refusals_of_ml
from inference.ml.model_store import CARD_FILE, MODEL_FILE, Card, StoredModel, load_model
from inference.models import ModelVersion

FILES = (MODEL_FILE, CARD_FILE)


def folder_of(model_id: str) -> str:
    """Storage name of a model version's folder."""
    return f"models/{model_id}"


def store_model(*, folder: Path) -> StoredModel:
    """Check a folder with a model version and copy it into the storage, under its id.

    Repeating it is harmless. Raises MlRefusal (missing_file, bad_card).
    """
    with refusals_of_ml():
        model = load_model(folder)
    for name in FILES:
        target = f"{folder_of(model.id)}/{name}"
        content = (folder / name).read_bytes()
        if default_storage.exists(target):
            with default_storage.open(target) as stored:
                if stored.read() == content:
                    continue
            default_storage.delete(target)  # half-written by a crash, or damaged
        default_storage.save(target, ContentFile(content))
    return model


def local_model_folder(model: ModelVersion) -> Path:
    """A local folder with the unchanged files of a model version.

    Files of an object store are kept under DATA_DIR/model_cache, and checked there just the same.
    Raises MlRefusal: changed_model when any byte differs from what was registered, missing_file.
    """
    folder = _local_folder(model)
    with refusals_of_ml():
        load_model(folder, expected_id=model.pk)
    return folder


def needed_folders(*models: ModelVersion) -> dict[str, Path]:
    """By id, the checked folders of the segmenters whose findings these models read. Raises MlRefusal."""
    found: dict[str, Path] = {}
    for model in models:
        found |= folders_needed_by(model.card, project=model.project)
    return found


def folders_needed_by(card: Card, *, project: Project) -> dict[str, Path]:
    """By id, the checked folders of the models that a card depends on.

    Raises MlRefusal: missing_dependency when one is not registered in the project, changed_model.
    """
    found: dict[str, Path] = {}
    for needed in card.get("depends_on") or ():
        other = ModelVersion.objects.filter(project=project, pk=needed).first()
        if other is None:
            raise MlRefusal(
                f"The model reads the findings of segmenter {needed[:12]}, which is not registered here.",
                code="missing_dependency",
                remedy="Register that very segmenter first; another one finds other lesions.",
            )
        found[needed] = local_model_folder(other)
    return found


def _local_folder(model: ModelVersion) -> Path:
    try:
        return Path(default_storage.path(model.folder))
    except NotImplementedError:
        pass
    folder = Path(settings.DATA_DIR) / "model_cache" / model.pk
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        target = folder / name
        if not target.exists():
            partial = target.with_suffix(".partial")
            with default_storage.open(f"{model.folder}/{name}") as stored, partial.open("wb") as copy:
                shutil.copyfileobj(stored, copy)
            partial.replace(target)
    return folder
