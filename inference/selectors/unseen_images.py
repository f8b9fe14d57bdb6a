"""What a model learned from, and which images of a dataset are new to it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from annotations.models import Project
from inference.models import DatasetItem, DatasetVersion, ModelVersion
from inference.selectors.patient_groups import patient_groups
from inference.states import ModelTask, Split

FEWEST_IMAGES = 5
FEWEST_PATIENTS = 5  # intervals are over patients


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How many images a model is not to be judged on, by why: it learned from the very photograph, from
    another image of the patient, or from the same photograph saved otherwise (and so, most likely, of the
    same person).
    """

    photograph: int = 0
    patient: int = 0
    near_duplicate: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.photograph + self.patient + self.near_duplicate

    def to_json(self) -> dict[str, int]:
        """By why."""
        return asdict(self)


def dataset_of(model: ModelVersion) -> DatasetVersion | None:
    """What a model was trained on: by its run, else by the content hash in its card; None if not known."""
    run = model.runs.select_related("dataset").exclude(dataset=None).order_by("pk").first()
    if run is not None:
        return run.dataset
    named = ((model.card.get("provenance") or {}).get("dataset") or {}).get("content_hash")
    if not named:
        return None
    return DatasetVersion.objects.filter(project=model.project_id, content_hash=named).first()


def unseen_splits(model: ModelVersion) -> set[Split]:
    """The part of its own dataset that a model never learned from.

    Validation images count as learned from: thresholds and calibration were chosen on them. So do test
    images once a model went on with all.
    """
    return set() if model.card.get("trained_on_all") else {Split.TEST}


def items_of(dataset: DatasetVersion, splits: set[Split] | None = None) -> list[DatasetItem]:
    """The images of a dataset, all or of some splits, with what tells whose they are."""
    items = DatasetItem.objects.filter(dataset=dataset).order_by("pk")
    if splits is not None:
        items = items.filter(split__in=splits)
    return list(items.select_related("image__exam", "label_set__image__exam__patient"))


def learned_items(model: ModelVersion) -> list[DatasetItem] | None:
    """The images that a model learned from; None where nobody knows."""
    dataset = dataset_of(model)
    return None if dataset is None else items_of(dataset, set(Split) - unseen_splits(model))


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What models learned from, as far as it is known; `complete` where nothing is missing."""

    items: tuple[DatasetItem, ...]
    complete: bool

    def __add__(self, other: "Learned") -> "Learned":
        """What both learned from."""
        return Learned(items=self.items + other.items, complete=self.complete and other.complete)


def learned_with_others(model: ModelVersion) -> Learned:
    """What a model and the models whose findings it reads learned from."""
    return _learned([model]) + learned_by_others(model)


def learned_by_others(model: ModelVersion) -> Learned:
    """What the models learned from whose findings a model reads; nothing for most models."""
    needed = model.card.get("depends_on") or []
    others = ModelVersion.objects.filter(project=model.project_id, pk__in=needed).order_by("pk")
    found = _learned(others)
    return Learned(items=found.items, complete=found.complete and len(others) == len(set(needed)))


def _learned(models: Iterable[ModelVersion]) -> Learned:
    found = [learned_items(model) for model in models]
    return Learned(items=tuple(item for items in found for item in items or ()), complete=None not in found)


def without_learned(
    items: Sequence[DatasetItem], *, learned: Sequence[DatasetItem], project: Project
) -> tuple[list[DatasetItem], LeftOut]:
    """The images of patients that nothing was learned from, and how many were left out."""
    groups = patient_groups(project=project, label_sets=[item.label_set for item in (*items, *learned)])

    def group(item: DatasetItem) -> str:
        return groups.get(item.patient_code, item.patient_code)

    photographs = {item.image.sha256 for item in learned}
    patients = {item.patient_code for item in learned}
    taught = {group(item) for item in learned}
    unseen = [item for item in items if group(item) not in taught]
    seen = [item for item in items if group(item) in taught]
    same = [item for item in seen if item.image.sha256 in photographs]
    theirs = [item for item in seen if item.image.sha256 not in photographs and item.patient_code in patients]
    left_out = LeftOut(
        photograph=len(same), patient=len(theirs), near_duplicate=len(seen) - len(same) - len(theirs)
    )
    return unseen, left_out


def unfit_to_judge(task: str, items: Sequence[DatasetItem]) -> str:
    """Why a model can't be judged on these images; "" when it can."""
    if task == ModelTask.CLASSIFIER:
        if len({item.label for item in items if item.label is not None}) < 2:
            return "The images show only DR or only no DR: a classifier can't be judged on them."
    elif not any(_shows_a_lesion(item) for item in items):
        return "No image shows a lesion: a segmenter can't be judged on them."
    return ""


def too_few(task: str, items: Sequence[DatasetItem], *, noun: str = "image") -> str:
    """How many there are where that is too few to judge on ("3 images of 2 patients"); else ""."""
    if task == ModelTask.CLASSIFIER:
        items = [item for item in items if item.label is not None]
    patients = len({item.patient_code for item in items})
    if len(items) >= FEWEST_IMAGES and patients >= FEWEST_PATIENTS:
        return ""
    return (
        f"{len(items)} {noun}{'' if len(items) == 1 else 's'} of "
        f"{patients} patient{'' if patients == 1 else 's'}"
    )


def _shows_a_lesion(item: DatasetItem) -> bool:
    return any(mask["area_px"] > 0 for mask in item.masks.values())
