"""The tables of review."""

from review.models.claim import Claim
from review.models.queue import QueueMark, QueuePlace
from review.models.review import DecisionMade, FindingVerdict, Review, ReviewedImage
from review.models.signature import Report, Signature
from review.models.watch import DecisionTally, FindingTally, ModelAlarm

__all__ = [
    "Claim",
    "DecisionMade",
    "DecisionTally",
    "FindingTally",
    "FindingVerdict",
    "ModelAlarm",
    "QueueMark",
    "QueuePlace",
    "Report",
    "Review",
    "ReviewedImage",
    "Signature",
]
