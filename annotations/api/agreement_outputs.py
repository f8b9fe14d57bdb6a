"""Shapes of annotations' answers about agreement between readings."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.label_outputs import LabelSetOutput
from annotations.models import Agreement
from annotations.selectors.agreement import ANSWERS, PairKind, ReadingPair
from annotations.services.agreement import ClassAgreement, compare_classes
from annotations.states import Eye

KINDS = [kind.value for kind in PairKind]
FIGURES = {"type": "object", "additionalProperties": {"type": "number"}}


@extend_schema_field(FIGURES)
class FiguresField(serializers.JSONField):
    """Lesion class code to a number from 0 to 1."""


class PairFiguresOutput(serializers.Serializer[Any]):
    """How far pairs of readings agree, over their images."""

    images = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="Images whose lesions are still to be compared: ask again.")
    dr_kappa = serializers.FloatField(
        allow_null=True, help_text="Cohen's kappa on DR or no DR; null where both always said the same."
    )
    dr_images = serializers.IntegerField()
    grade_kappa = serializers.FloatField(allow_null=True, help_text="Cohen's kappa on the ICDR grade.")
    grade_weighted_kappa = serializers.FloatField(
        allow_null=True, help_text="The same, weighted by the square of the grades' distance."
    )
    grade_images = serializers.IntegerField()
    dice = FiguresField(help_text="Mean over images, by class; without images where nobody drew any.")
    f1 = FiguresField(help_text="Mean over images, by class; without images where nobody drew any.")
    mean_dice = serializers.FloatField(allow_null=True, help_text="Mean over images of the classes' mean.")
    mean_f1 = serializers.FloatField(allow_null=True)


class ReaderPairOutput(serializers.Serializer[Any]):
    """Two readers over all images of a project that both read; one and the same for hidden repeats."""

    pair_kind = serializers.ChoiceField(choices=KINDS, source="kind")
    first = serializers.IntegerField(source="first.pk")
    first_name = serializers.CharField(source="first.username")
    second = serializers.IntegerField(source="second.pk")
    second_name = serializers.CharField(source="second.username")
    figures = PairFiguresOutput()


class TrendPointOutput(serializers.Serializer[Any]):
    """The agreement of the readings that were handed in during one month or week."""

    begins = serializers.DateField(help_text="The period's first day.")
    figures = PairFiguresOutput()


class TrendOutput(serializers.Serializer[Any]):
    """Agreement over time, oldest first."""

    points = TrendPointOutput(many=True)


class AgreementRowOutput(serializers.ModelSerializer[Agreement]):
    """Two readings of one image, in a list."""

    patient_code = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.ChoiceField(source="image.eye", choices=Eye.choices, allow_blank=True, read_only=True)
    pair_kind = serializers.SerializerMethodField()
    first_name = serializers.CharField(source="first.author.username", read_only=True)
    second_name = serializers.CharField(source="second.author.username", read_only=True)
    dr_statuses = serializers.SerializerMethodField()
    icdr_grades = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields = [
            "id",
            "image",
            "patient_code",
            "eye",
            "pair_kind",
            "first",
            "first_name",
            "second",
            "second_name",
            "dr_statuses",
            "icdr_grades",
            "mean_dice",
            "mean_f1",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=KINDS))
    def get_pair_kind(self, agreement: Agreement) -> str:
        """Two people, or one person's hidden repeat."""
        same = agreement.first.author_id == agreement.second.author_id
        return PairKind.WITHIN.value if same else PairKind.BETWEEN.value

    def get_dr_statuses(self, agreement: Agreement) -> list[str]:
        """The first's and the second's; empty where not read."""
        return [agreement.first.dr_status, agreement.second.dr_status]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField(allow_null=True)))
    def get_icdr_grades(self, agreement: Agreement) -> list[int | None]:
        """The first's and the second's; null where not given."""
        return [agreement.first.icdr_grade, agreement.second.icdr_grade]


class AnswerOutput(serializers.Serializer[Any]):
    """One question that both readers were asked."""

    field = serializers.ChoiceField(choices=ANSWERS)
    first = serializers.CharField(allow_blank=True, help_text="In words; empty: no answer.")
    second = serializers.CharField(allow_blank=True)
    agree = serializers.BooleanField()


class LesionPairOutput(serializers.Serializer[Any]):
    """A lesion that both drew (both uuids), or one of them."""

    first = serializers.UUIDField(allow_null=True)
    second = serializers.UUIDField(allow_null=True)
    overlap = serializers.FloatField(allow_null=True, help_text="Intersection over union.")


class ClassAgreementOutput(serializers.Serializer[Any]):
    """One lesion class in two readings."""

    lesion_class = serializers.CharField()
    dice = serializers.FloatField(allow_null=True, help_text="Null: nobody drew any.")
    f1 = serializers.FloatField(allow_null=True)
    matched = serializers.IntegerField()
    only_first = serializers.IntegerField()
    only_second = serializers.IntegerField()
    lesions = LesionPairOutput(many=True)


class PairAgreementOutput(serializers.Serializer[Any]):
    """Two label sets of one image."""

    pair_kind = serializers.ChoiceField(choices=KINDS)
    first = serializers.IntegerField()
    second = serializers.IntegerField()
    answers = AnswerOutput(many=True)
    classes = ClassAgreementOutput(many=True)


class ImageAgreementOutput(serializers.Serializer[Any]):
    """All label sets of one image that can be compared, and how far each two agree."""

    image = serializers.IntegerField()
    label_sets = LabelSetOutput(many=True)
    pairs = PairAgreementOutput(many=True)


def pair_facts(pair: ReadingPair) -> dict[str, Any]:
    """What `PairAgreementOutput` shows of two label sets."""
    return {
        "pair_kind": pair.kind.value,
        "first": pair.first.pk,
        "second": pair.second.pk,
        "answers": [
            {
                "field": name,
                "first": _answer(pair.first, name),
                "second": _answer(pair.second, name),
                "agree": getattr(pair.first, name) == getattr(pair.second, name),
            }
            for name in ANSWERS
        ],
        "classes": [_class_facts(one) for one in compare_classes(pair.first, pair.second)],
    }


def _answer(label_set: Any, name: str) -> str:
    value = getattr(label_set, name)
    return "" if value in (None, "") else str(getattr(label_set, f"get_{name}_display")())


def _class_facts(agreement: ClassAgreement) -> dict[str, Any]:
    lesions = agreement.lesions
    first, second = ([region.uuid for region in some] for some in (agreement.first, agreement.second))
    pairs: list[dict[str, Any]] = [
        {"first": first[match.first], "second": second[match.second], "overlap": match.overlap}
        for match in lesions.matches
    ]
    pairs += [{"first": first[index], "second": None, "overlap": None} for index in lesions.only_first]
    pairs += [{"first": None, "second": second[index], "overlap": None} for index in lesions.only_second]
    return {"lesion_class": agreement.code, **agreement.figures(), "lesions": pairs}
