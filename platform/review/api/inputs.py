"""What review takes in requests."""

from typing import Any

from rest_framework import serializers

from annotations.states import Eye
from inference.states import DecisionOutcome
from review.states import Scope, Urgency, Verdict, VerdictReason

MOST_AT_ONCE = 5_000


class _VerdictInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    reason = serializers.ChoiceField(choices=VerdictReason.choices, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class SaidInput(_VerdictInput):
    """A verdict on one finding; an empty one takes back what was said."""

    finding = serializers.IntegerField()


class SaidOfAllInput(_VerdictInput):
    """One verdict on all findings without one; of a class and of an image, where these are named."""

    verdict = serializers.ChoiceField(choices=[Verdict.ACCEPT, Verdict.REJECT])
    lesion_class = serializers.CharField(max_length=8, allow_blank=True, default="")
    image = serializers.IntegerField(allow_null=True, default=None)


class DecidedInput(serializers.Serializer[Any]):
    """A decision for an image, an eye or the patient; an empty outcome takes it back."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices, allow_blank=True)
    image = serializers.IntegerField(allow_null=True, default=None)
    eye = serializers.ChoiceField(choices=Eye.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


class ReviewChangesInput(serializers.Serializer[Any]):
    """One save, based on a revision; what is not given stays."""

    base_revision = serializers.IntegerField(min_value=0)
    verdicts = serializers.ListField(child=SaidInput(), default=list, max_length=MOST_AT_ONCE)
    all_of = serializers.ListField(child=SaidOfAllInput(), default=list, max_length=50)
    decisions = serializers.ListField(child=DecidedInput(), default=list, max_length=50)
    urgency = serializers.ChoiceField(choices=Urgency.choices, allow_blank=True, required=False)
    conclusion = serializers.CharField(max_length=10_000, allow_blank=True, required=False)


class BaseRevisionInput(serializers.Serializer[Any]):
    """The revision that was looked at."""

    base_revision = serializers.IntegerField(min_value=0)


class CorrectionInput(serializers.Serializer[Any]):
    """Which image to correct."""

    image = serializers.IntegerField()


class SignInput(BaseRevisionInput):
    """A signature: who the reviewer is, once more, and the hash of what they were shown.

    The session's `confirm_by` says what to give: a password, a code, or a fresh sign-in at the provider.
    """

    seen = serializers.CharField(
        max_length=64, allow_blank=True, help_text="`seen` of the review that was looked at"
    )
    password = serializers.CharField(max_length=1000, trim_whitespace=False, allow_blank=True, default="")
    code = serializers.CharField(max_length=32, allow_blank=True, default="")
