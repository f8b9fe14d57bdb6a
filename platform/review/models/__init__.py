"""The tables of review."""

from review.models.claim import Claim
from review.models.review import DecisionMade, FindingVerdict, Review, ReviewedImage
from review.models.signature import Report, Signature

__all__ = ["Claim", "DecisionMade", "FindingVerdict", "Report", "Review", "ReviewedImage", "Signature"]
