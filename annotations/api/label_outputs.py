"""Shapes of annotations' answers about label sets, regions and masks."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.shapes import COUNTS, CountsField, GeometryField, LandmarksField, PinsField
from annotations.models import LabelSet, Mask, Region
from annotations.states import (
    EDITABLE_STATES,
    DrStatus,
    Gradability,
    IcdrGrade,
    LabelSetState,
    MacularEdema,
    ShapeKind,
)


class LabelChoiceOutput(serializers.Serializer[Any]):
    """Labels that a training or an export can be narrowed to: send `value` as `labels`."""

    value = serializers.CharField()
    title = serializers.CharField()
    label_sets = serializers.IntegerField()


class ReadingOutput(serializers.Serializer[LabelSet]):
    """What the reader says about the retina."""

    dr_status = serializers.ChoiceField(choices=DrStatus.choices, allow_blank=True)
    icdr_grade = serializers.ChoiceField(choices=IcdrGrade.choices, allow_null=True)
    macular_edema = serializers.ChoiceField(choices=MacularEdema.choices, allow_null=True)
    gradability = serializers.ChoiceField(choices=Gradability.choices, allow_blank=True)
    ungradable_reason = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    landmarks = LandmarksField()
    pins = PinsField()


class LabelSetOutput(serializers.ModelSerializer[LabelSet]):
    """One reading of one image by one source, without its regions."""

    state = serializers.ChoiceField(choices=LabelSetState.choices, read_only=True)
    author_name = serializers.SerializerMethodField()
    decided_by_name = serializers.SerializerMethodField()
    patient = serializers.IntegerField(source="image.exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.CharField(source="image.eye", read_only=True)
    counts = serializers.SerializerMethodField()
    regions_count = serializers.SerializerMethodField()
    updated_at = serializers.SerializerMethodField()
    editable = serializers.SerializerMethodField()
    reading_no = serializers.SerializerMethodField()
    reading = ReadingOutput(source="*", read_only=True)
    classes_looked_for = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = LabelSet
        fields = [
            "id",
            "image",
            "patient",
            "patient_code",
            "eye",
            "author",
            "author_name",
            "source",
            "source_title",
            "reading_no",
            "state",
            "revision",
            "regions_count",
            "counts",
            "classes_looked_for",
            "comment",
            "seconds_spent",
            "created_at",
            "updated_at",
            "submitted_at",
            "decided_at",
            "decided_by_name",
            "decision_comment",
            "one_person_site",
            "editable",
            "reading",
        ]
        read_only_fields = fields

    def get_reading_no(self, label_set: LabelSet) -> int:
        """Which of its author's readings it is; its author is told 1 throughout: repeats are hidden."""
        return 1 if label_set.author_id == self.context["request"].user.pk else label_set.reading_no

    def get_author_name(self, label_set: LabelSet) -> str:
        """Who read the image; empty for imports."""
        return label_set.author.get_username() if label_set.author else ""

    def get_decided_by_name(self, label_set: LabelSet) -> str:
        """Who accepted or returned it."""
        return label_set.decided_by.get_username() if label_set.decided_by else ""

    @extend_schema_field(COUNTS)
    def get_counts(self, label_set: LabelSet) -> dict[str, int]:
        """Current regions per class code."""
        return dict(self.context["region_counts"].get(label_set.pk, {}))

    def get_regions_count(self, label_set: LabelSet) -> int:
        """All current regions."""
        return sum(self.get_counts(label_set).values())

    def get_updated_at(self, label_set: LabelSet) -> datetime:
        """When it was last saved, handed in or judged."""
        saved: datetime | None = getattr(label_set, "saved_at", None)
        times = (label_set.created_at, saved, label_set.submitted_at, label_set.decided_at)
        return max(time for time in times if time is not None)

    def get_editable(self, label_set: LabelSet) -> bool:
        """Whether the person who asks may save changes."""
        mine = label_set.author_id == self.context["request"].user.pk
        return mine and label_set.state in EDITABLE_STATES


class RegionOutput(serializers.ModelSerializer[Region]):
    """One shape as it stands."""

    shape = serializers.ChoiceField(choices=ShapeKind.choices, read_only=True)
    geometry = GeometryField(read_only=True)
    lesion_class = serializers.CharField(source="lesion_class.code", read_only=True)

    class Meta:
        model = Region
        fields = ["uuid", "shape", "geometry", "lesion_class", "origin", "created_in"]
        read_only_fields = fields


class LabelSetDetailOutput(LabelSetOutput):
    """A reading with the regions of its current revision."""

    regions = serializers.SerializerMethodField()

    class Meta(LabelSetOutput.Meta):
        fields = [*LabelSetOutput.Meta.fields, "regions"]
        read_only_fields = fields

    @extend_schema_field(RegionOutput(many=True))
    def get_regions(self, label_set: LabelSet) -> list[dict[str, Any]]:
        """Oldest first; RegionOutput's fields, read off directly since a set may have thousands."""
        return [
            {
                "uuid": str(region.uuid),
                "shape": region.shape,
                "geometry": region.geometry,
                "lesion_class": region.lesion_class.code,
                "origin": region.origin,
                "created_in": region.created_in,
            }
            for region in self.context["regions"]
        ]


class WarningOutput(serializers.Serializer[Any]):
    """Something to look at again; it blocks nothing."""

    code = serializers.CharField()
    message = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField(), help_text="uuids")


class CheckFindingOutput(WarningOutput):
    """Something to mend (`blocks`) or to look at again before handing in."""

    blocks = serializers.BooleanField()


class ChecksOutput(serializers.Serializer[Any]):
    """What the checks find in one revision, those that block first."""

    revision = serializers.IntegerField()
    findings = CheckFindingOutput(many=True)


class AnatomyOutput(serializers.Serializer[Any]):
    """Figures derived from disc and fovea; null where a landmark is missing. px of the stored image."""

    revision = serializers.IntegerField()
    disc_diameter_px = serializers.FloatField(allow_null=True)
    disc_diameter_from = serializers.ChoiceField(choices=["marked", "distance"], allow_blank=True)
    quadrants = serializers.DictField(
        child=CountsField(), allow_null=True, help_text="Regions per class code in each quadrant."
    )
    exudate_to_fovea_px = serializers.FloatField(allow_null=True)
    exudate_to_fovea_dd = serializers.FloatField(allow_null=True, help_text="In disc diameters.")
    nearest_exudate = serializers.CharField(allow_blank=True, help_text="uuid")


class SubmittedOutput(LabelSetDetailOutput):
    """A reading that was handed in, and what was odd about it."""

    warnings = serializers.SerializerMethodField()

    class Meta(LabelSetDetailOutput.Meta):
        fields = [*LabelSetDetailOutput.Meta.fields, "warnings"]
        read_only_fields = fields

    @extend_schema_field(WarningOutput(many=True))
    def get_warnings(self, label_set: LabelSet) -> list[dict[str, Any]]:
        """Warnings of the checks."""
        return [dict(WarningOutput(warning).data) for warning in self.context["warnings"]]


class SavedOutput(serializers.Serializer[Any]):
    """The revision that a save made."""

    revision = serializers.IntegerField()
    regions_count = serializers.IntegerField()


class MaskOutput(serializers.ModelSerializer[Mask]):
    """One lesion class of one revision as a mask; its picture has an address of its own."""

    lesion_class = serializers.CharField(source="lesion_class.code", read_only=True)

    class Meta:
        model = Mask
        fields = [
            "id",
            "label_set",
            "revision",
            "lesion_class",
            "sha256",
            "area_px",
            "regions",
            "created_at",
        ]
        read_only_fields = fields
