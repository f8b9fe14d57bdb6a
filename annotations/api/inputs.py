"""What annotations' endpoints take."""

from typing import Any

from rest_framework import serializers

from annotations.api.shapes import GeometryField, LandmarksField, PinsField
from annotations.states import (
    BurnedText,
    DrStatus,
    Gradability,
    IcdrGrade,
    ImportKind,
    MacularEdema,
    Priority,
    ShapeKind,
)

MAX_CHANGES = 5_000  # in one save
MAX_SECONDS = 24 * 3600.0


class ReadingInput(serializers.Serializer[Any]):
    """Answers that change; those not given stay."""

    dr_status = serializers.ChoiceField(choices=DrStatus.choices, allow_blank=True, required=False)
    icdr_grade = serializers.ChoiceField(choices=IcdrGrade.choices, allow_null=True, required=False)
    macular_edema = serializers.ChoiceField(choices=MacularEdema.choices, allow_null=True, required=False)
    gradability = serializers.ChoiceField(choices=Gradability.choices, allow_blank=True, required=False)
    ungradable_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)
    comment = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    landmarks = LandmarksField(required=False)
    pins = PinsField(required=False)


class RegionChangeInput(serializers.Serializer[Any]):
    """One change to one region."""

    op = serializers.ChoiceField(choices=["add", "update", "remove"])
    uuid = serializers.UUIDField()
    shape = serializers.ChoiceField(choices=ShapeKind.choices, required=False)
    geometry = GeometryField(required=False)
    lesion_class = serializers.CharField(max_length=8, required=False, help_text="Class code, as HE.")
    origin = serializers.CharField(
        max_length=80, required=False, help_text="drawn, tightened or model:<id>; kept where not given."
    )


class ChangesInput(serializers.Serializer[Any]):
    """A save: what changed since a revision. The same `change_id` again changes nothing."""

    base_revision = serializers.IntegerField(min_value=0)
    change_id = serializers.UUIDField()
    changes = serializers.ListField(child=RegionChangeInput(), max_length=MAX_CHANGES)
    reading = ReadingInput(required=False)
    seconds_spent = serializers.FloatField(
        min_value=0, max_value=MAX_SECONDS, required=False, help_text="To add to what was spent before."
    )


class SubmitInput(serializers.Serializer[Any]):
    """Handing in; with `base_revision` only if nothing was saved meanwhile."""

    base_revision = serializers.IntegerField(min_value=0, required=False)


class JudgementInput(serializers.Serializer[Any]):
    """Accepting or returning; with `base_revision` only if nothing was saved meanwhile."""

    base_revision = serializers.IntegerField(min_value=0, required=False)
    comment = serializers.CharField(max_length=10_000, allow_blank=True, default="")


class BuildMasksInput(serializers.Serializer[Any]):
    """Building masks."""

    project = serializers.IntegerField()
    labels = serializers.CharField(
        max_length=255, required=False, allow_blank=True, help_text="A source: via, person, a file's name …"
    )


class AssignmentInput(serializers.Serializer[Any]):
    """Images, all images of patients or all of a project, for people to read.

    `share_out` spreads them evenly, each to as many people as the project asks for; else everybody gets all.
    """

    users = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=100)
    share_out = serializers.BooleanField(default=False)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL)
    project = serializers.IntegerField(required=False)
    patients = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5_000)
    images = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require patients, images or a project."""
        if not any(attrs.get(name) for name in ("patients", "images", "project")):
            raise serializers.ValidationError("Give patients, images or a project.")
        return attrs


class ReadingRulesInput(serializers.Serializer[Any]):
    """How often the images of a project are read; what is not given stays."""

    readers_per_image = serializers.IntegerField(min_value=1, max_value=10, required=False)
    double_read_percent = serializers.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        help_text="Share of the images that one more person reads.",
    )
    repeat_percent = serializers.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        help_text="Share of a person's images that come back hidden.",
    )
    lesion_agreement_percent = serializers.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        help_text="Two readings whose lesions agree less (mean F1) are to be settled; 0: never for lesions.",
    )


class MergeInput(serializers.Serializer[Any]):
    """Two readings of one image, by their ids."""

    first = serializers.IntegerField()
    second = serializers.IntegerField()


class LesionClassInput(serializers.Serializer[Any]):
    """Switching a lesion class on or off."""

    enabled = serializers.BooleanField()


class MembersInput(serializers.Serializer[Any]):
    """People for a project."""

    users = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=100)


class ImportInput(serializers.Serializer[Any]):
    """Opening an import."""

    project = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ImportKind.choices)
    accept = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=False)
    skip_bad_rows = serializers.BooleanField(default=False)
    assign_to = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=100)
    options = serializers.DictField(
        required=False,
        help_text="How the files are read. VIA: attribute (its name; left out: guessed), classes (value to "
        "class code, or to an empty text to leave such regions out), close_polylines. "
        "Masks: index (1=HE,2=EX). COCO: classes (category to class code).",
    )


class ImportChoicesInput(serializers.Serializer[Any]):
    """How an import is to be done; what is left out stays as it was."""

    accept = serializers.BooleanField(required=False)
    dry_run = serializers.BooleanField(required=False)
    skip_bad_rows = serializers.BooleanField(required=False)
    options = serializers.DictField(required=False)


class FilesInput(serializers.Serializer[Any]):
    """One file or more, all in parts called `file`."""

    file = serializers.ListField(child=serializers.FileField())
    path = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="With its folders: a/b.jpg.",
    )


class PartInput(serializers.Serializer[Any]):
    """A part of a large file; `upload` is an id that the sender makes up for the file."""

    file = serializers.FileField(allow_empty_file=True)
    name = serializers.CharField(max_length=255)
    upload = serializers.UUIDField()
    offset = serializers.IntegerField(min_value=0)
    total_bytes = serializers.IntegerField(min_value=1)


class BurnedTextInput(serializers.Serializer[Any]):
    """What is to become of the text in the corners of images, or of all images of an import."""

    state = serializers.ChoiceField(choices=[BurnedText.BLANKED, BurnedText.DISMISSED])
    images = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5_000)
    batch = serializers.IntegerField(required=False, help_text="An import: its images whose text is found.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require images or an import."""
        if "images" not in attrs and "batch" not in attrs:
            raise serializers.ValidationError("Give images or an import.")
        return attrs


class FileNamePatternInput(serializers.Serializer[Any]):
    """A pattern such as {patient}_{eye}; empty: none."""

    pattern = serializers.CharField(max_length=120, allow_blank=True)


class FileNamePreviewInput(serializers.Serializer[Any]):
    """A pattern to try on names."""

    pattern = serializers.CharField(max_length=120)
    names = serializers.ListField(child=serializers.CharField(max_length=1_000), max_length=200)
