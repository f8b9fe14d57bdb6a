"""The tables of annotations."""

from annotations.models.agreement import Agreement
from annotations.models.assignment import Assignment
from annotations.models.image import Exam, FundusImage, Patient
from annotations.models.imports import Import, ImportFile, ImportProblem
from annotations.models.label_set import LabelSet, Region, Revision
from annotations.models.mask import Mask
from annotations.models.project import LesionClass, Membership, Project

__all__ = [
    "Agreement",
    "Assignment",
    "Exam",
    "FundusImage",
    "Import",
    "ImportFile",
    "ImportProblem",
    "LabelSet",
    "LesionClass",
    "Mask",
    "Membership",
    "Patient",
    "Project",
    "Region",
    "Revision",
]
