"""What a dataset would be made of, what stands in its way, and the versions that were frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Project, Region
from annotations.selectors import chosen_label_sets, projects_for
from annotations.states import DrStatus
from core.actions import Action
from inference.label_targets import targets_of
from inference.ml.errors import UnusableData
from inference.ml.presets import PRESETS
from inference.ml.split import SplitMember, split_patients
from inference.models import DatasetItem, DatasetVersion
from inference.selectors.patient_groups import patient_groups
from inference.states import ModelTask, Split

SPLIT_SEED = 1  # the same for every dataset, so that runs over the same labels share their test images
FEWEST_PER_LABEL = 2  # patients: one to learn from, one to test with


@dataclass(frozen=True, slots=True, kw_only=True)
class Fractions:
    """Shares of the patients that train, validate and test; they add up to 1."""

    train: float = 0.7
    validation: float = 0.1
    test: float = 0.2

    @classmethod
    def of_preset(cls, name: str | None, overrides: Mapping[str, float] | None = None) -> "Fractions":
        """Those of a preset (the default without one), with the ones a person changed."""
        preset = PRESETS.get(name or "")
        if preset is None:
            return cls()
        changed = overrides or {}
        names = {"train": "train_fraction", "validation": "validation_fraction", "test": "test_fraction"}
        return cls(
            **{
                fold: float(changed.get(field, getattr(preset.settings, field)))
                for fold, field in names.items()
            }
        )

    @property
    def folds(self) -> int:
        """How many folds get any patients."""
        return sum(share > 0 for share in (self.train, self.validation, self.test))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why no dataset can be frozen from the labels at hand, and what to do."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One image with the label set that would speak for it.

    `label`, `referable`: any DR and referable DR, 1 or 0, None where the reading does not say. `group` stands
    for all patients that must stay on one side of the split. `regions`: class code -> drawn shapes.
    """

    image: FundusImage
    label_set: LabelSet
    patient: str
    group: str
    label: int | None
    referable: int | None
    looked_for: tuple[str, ...]
    regions: Mapping[str, int]
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPlan:
    """What would be frozen now. `problems` is empty when it can be."""

    project: Project
    task: ModelTask
    labels_source: str
    classes: tuple[str, ...]
    fractions: Fractions
    items: tuple[PlannedItem, ...]
    problems: tuple[Problem, ...]

    @property
    def patients(self) -> int:
        """Different patients."""
        return len({item.patient for item in self.items})

    def with_label(self, label: int) -> int:
        """Images whose DR status is `label` (1 DR, 0 no DR)."""
        return sum(item.label == label for item in self.items)

    def regions_per_class(self) -> dict[str, int]:
        """Drawn shapes of each class, zero where none was drawn."""
        return {code: sum(item.regions.get(code, 0) for item in self.items) for code in self.classes}


def plan_dataset(
    *, project: Project, task: ModelTask, labels: str = "", fractions: Fractions | None = None
) -> DatasetPlan:
    """Choose one label set per image, split by patient, and list what stands in the way. Four queries.

    Raises annotations' UnknownLabelSource when `labels` names no accepted label set.
    """
    fractions = fractions or Fractions()
    classes = _classes_of(project) if task == ModelTask.SEGMENTER else ()
    chosen = chosen_label_sets(project=project, task=task.value, source=labels or None)
    items = _items(chosen, project=project, classes=classes, task=task)
    problems = _problems(items, task=task, fractions=fractions)
    if not problems:
        items, problems = _split(items, task=task, fractions=fractions)
    return DatasetPlan(
        project=project,
        task=task,
        labels_source=labels,
        classes=classes,
        fractions=fractions,
        items=tuple(items),
        problems=tuple(problems),
    )


def datasets_for(user: User) -> QuerySet[DatasetVersion]:
    """Dataset versions of the person's projects, for those who may see models.

    `previous`: the id of the version before it, of the same task; None for the first.
    """
    if not user.can(Action.SEE_MODELS):
        return DatasetVersion.objects.none()
    datasets = DatasetVersion.objects.filter(project__in=projects_for(user).values("pk"))
    earlier = DatasetVersion.objects.filter(
        project=OuterRef("project"), task=OuterRef("task"), pk__lt=OuterRef("pk")
    )
    previous = Subquery(earlier.order_by("-pk").values("pk")[:1])
    return datasets.annotate(previous=previous).select_related("project", "frozen_by")


def dataset_items_for(user: User) -> QuerySet[DatasetItem]:
    """Items of the dataset versions the person may see."""
    return DatasetItem.objects.filter(dataset__in=datasets_for(user).values("pk")).select_related("image")


def _classes_of(project: Project) -> tuple[str, ...]:
    enabled = LesionClass.objects.filter(project=project, enabled=True, is_distractor=False)
    return tuple(enabled.order_by("position", "code").values_list("code", flat=True))


def _items(
    chosen: QuerySet[LabelSet], *, project: Project, classes: tuple[str, ...], task: ModelTask
) -> list[PlannedItem]:
    regions: dict[int, dict[str, int]] = {}
    if task == ModelTask.SEGMENTER:
        counted = (
            Region.objects.filter(label_set__in=chosen.order_by().values("pk"), removed_in=None)
            .order_by()
            .values_list("label_set_id", "lesion_class__code")
            .annotate(shapes=Count("pk"))
        )
        for label_set, code, shapes in counted:
            regions.setdefault(label_set, {})[code] = shapes
    label_sets = list(chosen)
    groups = patient_groups(project=project, label_sets=label_sets)
    items = []
    for label_set in label_sets:
        patient = label_set.image.exam.patient.code
        looked_for = tuple(code for code in classes if code in label_set.classes_looked_for)
        if task == ModelTask.SEGMENTER and not looked_for:
            continue
        drawn = regions.get(label_set.pk, {})
        targets = targets_of(
            dr_status=DrStatus(label_set.dr_status),
            icdr_grade=label_set.icdr_grade,
            macular_edema=label_set.macular_edema,
        )
        items.append(
            PlannedItem(
                image=label_set.image,
                label_set=label_set,
                patient=patient,
                group=groups[patient],
                label=targets.dr,
                referable=targets.referable if task == ModelTask.CLASSIFIER else None,
                looked_for=looked_for,
                regions={code: drawn[code] for code in looked_for if code in drawn},
            )
        )
    return items


def _problems(items: list[PlannedItem], *, task: ModelTask, fractions: Fractions) -> list[Problem]:
    """Everything that stands in the way, the most basic first."""
    check = _classifier_problems if task == ModelTask.CLASSIFIER else _segmenter_problems
    problems = check(items)
    patients = len({item.group for item in items})
    needed = max(fractions.folds, 2)
    if items and patients < needed:
        problems.append(
            Problem(
                code="too_few_patients",
                message=f"Only {patients} patient(s) with usable labels; {needed} are needed, because "
                "both eyes and all images of a patient stay on one side of the split.",
                remedy="Label images of more patients.",
            )
        )
    return problems


def _classifier_problems(items: list[PlannedItem]) -> list[Problem]:
    if not items:
        return [
            Problem(
                code="no_labels",
                message="No accepted label set says DR or no DR, or a grade.",
                remedy="Import a labels CSV, or accept readings with a DR status.",
            )
        ]
    patients = {label: len({item.group for item in items if item.label == label}) for label in (0, 1)}
    names = {0: "no DR", 1: "DR"}
    missing = [names[label] for label in (0, 1) if not patients[label]]
    if missing:
        other = next(name for name in names.values() if name not in missing)
        return [
            Problem(
                code="one_class_only",
                message=f"All {len(items)} labelled images are {other}; a classifier needs both.",
                remedy=f"Add labelled images with {missing[0]}.",
            )
        ]
    return [
        Problem(
            code="too_few_patients",
            message=f"Only {patients[label]} patient(s) with {names[label]}; {FEWEST_PER_LABEL} are needed: "
            "one to learn from, one to test with.",
            remedy=f"Add labelled images of more patients with {names[label]}.",
        )
        for label in (0, 1)
        if patients[label] < FEWEST_PER_LABEL
    ]


def _segmenter_problems(items: list[PlannedItem]) -> list[Problem]:
    if not any(item.regions for item in items):
        return [
            Problem(
                code="no_labels",
                message="No accepted label set has a drawn lesion of an enabled class.",
                remedy="Import VIA labels, or accept label sets with drawn lesions.",
            )
        ]
    return []


def _split(
    items: list[PlannedItem], *, task: ModelTask, fractions: Fractions
) -> tuple[list[PlannedItem], list[Problem]]:
    members = [SplitMember(patient=item.group, label=_stratum(item, task)) for item in items]
    try:
        folds = split_patients(
            members,
            train=fractions.train,
            validation=fractions.validation,
            test=fractions.test,
            seed=SPLIT_SEED,
        )
    except UnusableData as error:
        return items, [Problem(code=error.code, message=error.message, remedy=error.remedy)]
    placed = [replace(item, split=Split(folds[item.group])) for item in items]
    training = [item for item in placed if item.split == Split.TRAIN]
    return placed, _training_problems(training, task=task)


def _stratum(item: PlannedItem, task: ModelTask) -> int | None:
    """What to keep balanced over the folds: the label, or how many lesion classes an image shows."""
    return item.label if task == ModelTask.CLASSIFIER else len(item.regions)


def _training_problems(training: list[PlannedItem], *, task: ModelTask) -> list[Problem]:
    if task == ModelTask.CLASSIFIER:
        missing = [
            name for label, name in ((0, "no DR"), (1, "DR")) if all(i.label != label for i in training)
        ]
    else:  # a class that no training image shows is left out of the training, and its card says so
        missing = [] if any(item.regions for item in training) else ["a drawn lesion"]
    return [
        Problem(
            code="too_few_patients",
            message=f"After the split by patient no training image shows {name}.",
            remedy=f"Add labelled images of more patients with {name}.",
        )
        for name in missing
    ]
