"""The tables of annotations."""

from annotations.models.agreement import Agreement
from annotations.models.assignment import Assignment
from annotations.models.double_reading import DoubleReading
from annotations.models.exports import Export
from annotations.models.image import Exam, FundusImage, Patient, QualityJudgement
from annotations.models.imports import Import, ImportFile, ImportProblem
from annotations.models.label_set import LabelSet, Region, Revision
from annotations.models.mask import Mask
from annotations.models.project import LesionClass, Membership, Project

__all__ = [
    "Agreement",
    "Assignment",
    "DoubleReading",
    "Exam",
    "Export",
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
    "QualityJudgement",
    "Region",
    "Revision",
]
