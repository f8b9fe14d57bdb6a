"""What may be read, and by whom. Other apps import from here."""

from annotations.selectors.chosen import (
    LabelTask,
    UnknownLabelSource,
    chosen_label_sets,
    label_sources,
    of_source,
)
from annotations.selectors.label_choices import LabelChoice, label_choices
from annotations.selectors.regions import regions_of
from annotations.selectors.visibility import (
    assigned_patients,
    assignments_for,
    exams_for,
    exports_for,
    images_for,
    images_still_to_read,
    images_with_text_for,
    import_problems_for,
    imports_for,
    label_sets_for,
    lesion_classes_for,
    masks_for,
    members_for,
    patients_for,
    projects_for,
)

__all__ = [
    "LabelChoice",
    "LabelTask",
    "UnknownLabelSource",
    "assigned_patients",
    "assignments_for",
    "chosen_label_sets",
    "exams_for",
    "exports_for",
    "images_for",
    "images_still_to_read",
    "images_with_text_for",
    "import_problems_for",
    "imports_for",
    "label_choices",
    "label_sets_for",
    "label_sources",
    "lesion_classes_for",
    "masks_for",
    "members_for",
    "of_source",
    "patients_for",
    "projects_for",
    "regions_of",
]
