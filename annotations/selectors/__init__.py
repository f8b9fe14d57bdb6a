"""What may be read, and by whom. Other apps import from here."""

from annotations.selectors.visibility import (
    assignments_for,
    exams_for,
    images_for,
    import_problems_for,
    imports_for,
    label_sets_for,
    masks_for,
    patients_for,
    projects_for,
)

__all__ = [
    "assignments_for",
    "exams_for",
    "images_for",
    "import_problems_for",
    "imports_for",
    "label_sets_for",
    "masks_for",
    "patients_for",
    "projects_for",
]
