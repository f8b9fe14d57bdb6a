"""Shapes of annotations' answers about images that two people read, and what settling them takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.agreement_outputs import PairAgreementOutput, pair_facts
from annotations.api.label_outputs import LabelSetOutput
from annotations.models import DoubleReading
from annotations.selectors.agreement import ANSWERS, PairKind, ReadingPair
from annotations.selectors.double_readings import claim_of, draft_of, is_one_of_the_readers
from annotations.states import DoubleReadingState, Eye, StartFrom
from core.actions import Action

REASONS = [*ANSWERS, "lesions", "opened"]


class DifferenceOutput(serializers.Serializer[Any]):
    """One way in which two readings differ, or why somebody opened it all the same."""

    code = serializers.ChoiceField(choices=REASONS)
    first = serializers.CharField(required=False, help_text="The first reader's answer, in words.")
    second = serializers.CharField(required=False)
    f1 = serializers.FloatField(required=False, help_text="Mean F1 of the lesion classes.")
    least = serializers.FloatField(required=False, help_text="Below this level lesions differ too much.")
    text = serializers.CharField(required=False)


class CaseClaimOutput(serializers.Serializer[Any]):
    """Who is settling it now."""

    reviewer_name = serializers.CharField()
    mine = serializers.BooleanField()
    expires_at = serializers.DateTimeField()


class DoubleReadingOutput(serializers.ModelSerializer[DoubleReading]):
    """An image that two people read, in a list."""

    patient = serializers.IntegerField(source="image.exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.ChoiceField(source="image.eye", choices=Eye.choices, allow_blank=True, read_only=True)
    state = serializers.ChoiceField(choices=DoubleReadingState.choices, read_only=True)
    first_name = serializers.CharField(source="first.author.username", read_only=True)
    second_name = serializers.CharField(source="second.author.username", read_only=True)
    reasons = DifferenceOutput(many=True, read_only=True)
    claim = serializers.SerializerMethodField()
    settled_by_name = serializers.CharField(source="settled.author.username", default="", read_only=True)

    class Meta:
        model = DoubleReading
        fields = [
            "id",
            "image",
            "patient",
            "patient_code",
            "eye",
            "state",
            "first",
            "first_name",
            "second",
            "second_name",
            "reasons",
            "opened_at",
            "claim",
            "settled",
            "settled_at",
            "settled_by_name",
            "changed_since",
        ]
        read_only_fields = fields

    @extend_schema_field(CaseClaimOutput(allow_null=True))
    def get_claim(self, case: DoubleReading) -> dict[str, Any] | None:
        """Who has it; null: nobody."""
        holder = claim_of(case)
        if holder is None:
            return None
        return {
            "reviewer_name": holder.display_name,
            "mine": holder == self.context["request"].user,
            "expires_at": case.claimed_until,
        }


class DoubleReadingDetailOutput(DoubleReadingOutput):
    """One case: both readings beside each other, and the person's own labels so far."""

    label_sets = serializers.SerializerMethodField()
    pair = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    may_settle = serializers.SerializerMethodField()
    is_reader = serializers.SerializerMethodField()

    class Meta(DoubleReadingOutput.Meta):
        fields = [
            *DoubleReadingOutput.Meta.fields,
            "label_sets",
            "pair",
            "draft",
            "may_settle",
            "is_reader",
        ]
        read_only_fields = fields

    @extend_schema_field(LabelSetOutput(many=True))
    def get_label_sets(self, case: DoubleReading) -> Any:
        """The first reading, the second and, where there is one, the labels that settled it."""
        return LabelSetOutput(self.context["label_sets"], many=True, context=self.context).data

    @extend_schema_field(PairAgreementOutput)
    def get_pair(self, case: DoubleReading) -> Any:
        """Answers and lesions of both readings as they are now."""
        pair = ReadingPair(kind=PairKind.BETWEEN, first=case.first, second=case.second)
        return PairAgreementOutput(pair_facts(pair)).data

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_draft(self, case: DoubleReading) -> int | None:
        """The label set that the person has begun to settle it with."""
        draft = draft_of(case, self.context["request"].user)
        return draft.pk if draft else None

    def get_is_reader(self, case: DoubleReading) -> bool:
        """Whether the person reads this image, so that somebody else settles it."""
        return is_one_of_the_readers(self.context["request"].user, case)

    def get_may_settle(self, case: DoubleReading) -> bool:
        """Whether the person is one who may settle it, whatever its state."""
        return self.context["request"].user.can(Action.ADJUDICATE) and not self.get_is_reader(case)


class DoubleReadingCountsOutput(serializers.Serializer[Any]):
    """Images read twice, by where they stand."""

    comparing = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="A reading is with its reader again.")
    agreed = serializers.IntegerField()
    open = serializers.IntegerField()
    settled = serializers.IntegerField()
    changed_since = serializers.IntegerField(help_text="Settled, and a reading has changed since.")


class BeginAdjudicationInput(serializers.Serializer[Any]):
    """What to begin with."""

    start_from = serializers.ChoiceField(choices=StartFrom.choices, default=StartFrom.MERGED)


class SettleInput(serializers.Serializer[Any]):
    """The revisions that were looked at: of the own labels and of both readings."""

    base_revision = serializers.IntegerField(min_value=0)
    first_revision = serializers.IntegerField(min_value=0)
    second_revision = serializers.IntegerField(min_value=0)
    comment = serializers.CharField(max_length=10_000, allow_blank=True, default="")


class OpenCaseInput(serializers.Serializer[Any]):
    """Opening what is settled or agreed."""

    reason = serializers.CharField(max_length=10_000)
