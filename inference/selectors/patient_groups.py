"""Which patients must stay together in a split: those that share a photograph."""

from collections.abc import Iterable

from annotations.models import FundusImage, LabelSet, Project


def patient_groups(*, project: Project, label_sets: Iterable[LabelSet]) -> dict[str, str]:
    """Patient code -> the code that stands for all patients connected with it. One query.

    Two patients are connected by byte-identical images or by images of which one is known as the near
    duplicate of the other, directly or over others, labelled or not: a photograph saved twice under two
    codes is most likely one person. The patient who came first stands for the group, so that a later copy
    doesn't move it to another fold.
    """
    parent: dict[int, int] = {}

    def root(patient: int) -> int:
        while parent.setdefault(patient, patient) != patient:
            parent[patient] = parent[parent[patient]]
            patient = parent[patient]
        return patient

    def connect(one: int, other: int) -> None:
        first, second = sorted((root(one), root(other)))
        parent[second] = first

    codes: dict[int, str] = {}
    first_with: dict[str, int] = {}
    for label_set in label_sets:
        patient = label_set.image.exam.patient
        codes[patient.pk] = patient.code
        connect(first_with.setdefault(label_set.image.sha256, patient.pk), patient.pk)
    owner, other = "exam__patient", "near_duplicate_of__exam__patient"
    copies = FundusImage.objects.filter(project=project, near_duplicate_of__isnull=False).order_by()
    for copy in copies.values(owner, other, f"{owner}__code", f"{other}__code"):
        codes |= {copy[owner]: copy[f"{owner}__code"], copy[other]: copy[f"{other}__code"]}
        connect(copy[owner], copy[other])
    return {code: codes[root(patient)] for patient, code in codes.items()}
