"""The tables of inference."""

from inference.models.comparison import ComparedImage, ModelComparison
from inference.models.dataset import DatasetItem, DatasetVersion
from inference.models.external_report import ExternalReport
from inference.models.model_version import ModelVersion, Promotion
from inference.models.prediction import Finding, ImageDecision, Prediction, UnreadableImage
from inference.models.score_count import ScoreCount, ScoresCounted
from inference.models.search import Search, SearchTrial
from inference.models.training import TrainingEpoch, TrainingRun

__all__ = [
    "ComparedImage",
    "DatasetItem",
    "DatasetVersion",
    "ExternalReport",
    "Finding",
    "ImageDecision",
    "ModelComparison",
    "ModelVersion",
    "Prediction",
    "Promotion",
    "ScoreCount",
    "ScoresCounted",
    "Search",
    "SearchTrial",
    "TrainingEpoch",
    "TrainingRun",
    "UnreadableImage",
]
