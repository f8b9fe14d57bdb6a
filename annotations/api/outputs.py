"""Shapes of annotations' answers about projects, patients and images."""

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.quality_outputs import QualityOutput, quality_of
from annotations.api.shapes import FOV
from annotations.models import Assignment, Exam, FundusImage, LesionClass, Patient, Project
from annotations.selectors.counts import NO_LABELS, project_counts
from annotations.states import Eye, LabelSetState, Priority
from core.actions import Action

READING_RULES = ["readers_per_image", "double_read_percent", "repeat_percent", "lesion_agreement_percent"]


class LesionClassOutput(serializers.ModelSerializer[LesionClass]):
    """A kind of finding; distractors are drawn so that nothing is taken for another lesion."""

    is_lesion = serializers.SerializerMethodField()

    class Meta:
        model = LesionClass
        fields = ["id", "code", "name", "color", "pattern", "enabled", "is_lesion"]
        read_only_fields = fields

    def get_is_lesion(self, lesion_class: LesionClass) -> bool:
        """Whether models are taught to find it; distractors are drawn to be told apart only."""
        return not lesion_class.is_distractor


class ProjectCountsOutput(serializers.Serializer[Any]):
    """What the person sees of a project."""

    patients = serializers.IntegerField()
    images = serializers.IntegerField()
    label_sets_waiting = serializers.IntegerField(help_text="To be judged; 0 for who does not judge.")


class ProjectOutput(serializers.ModelSerializer[Project]):
    """A project with its lesion classes."""

    lesion_classes = LesionClassOutput(many=True, read_only=True)

    class Meta:
        model = Project
        fields = ["id", "name", "slug", "description", "lesion_classes", *READING_RULES]
        read_only_fields = fields


class ProjectDetailOutput(ProjectOutput):
    """A project and how much there is in it: counted for one only, as that takes long in a large one."""

    counts = serializers.SerializerMethodField()

    class Meta(ProjectOutput.Meta):
        fields = [*ProjectOutput.Meta.fields, "counts"]
        read_only_fields = fields

    @extend_schema_field(ProjectCountsOutput)
    def get_counts(self, project: Project) -> dict[str, int]:
        """Patients, images, label sets to be judged."""
        return project_counts(self.context["request"].user, project)


class ImageBriefOutput(serializers.ModelSerializer[FundusImage]):
    """An image in a list."""

    eye = serializers.ChoiceField(choices=Eye.choices, allow_blank=True, read_only=True)
    label_state = serializers.SerializerMethodField()

    class Meta:
        model = FundusImage
        fields = ["id", "eye", "label_state", "width", "height"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=LabelSetState.choices, allow_blank=True))
    def get_label_state(self, image: FundusImage) -> str:
        """The person's own reading for labellers; for others what waits for a judge, or what counts."""
        return str(getattr(image, "label_state", NO_LABELS))


class FundusImageOutput(ImageBriefOutput):
    """An image."""

    patient = serializers.IntegerField(source="exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="exam.patient.code", read_only=True)
    is_synthetic = serializers.BooleanField(source="exam.patient.is_synthetic", read_only=True)
    exam_date = serializers.DateField(source="exam.date", read_only=True, allow_null=True)
    quality = serializers.SerializerMethodField()
    fov = serializers.SerializerMethodField()
    source_name = serializers.SerializerMethodField()
    near_duplicate_of = serializers.SerializerMethodField()

    class Meta:
        model = FundusImage
        fields = [
            *ImageBriefOutput.Meta.fields,
            "patient",
            "patient_code",
            "is_synthetic",
            "project",
            "field",
            "exam_date",
            "quality",
            "fov",
            "exif_orientation",
            "conversion",
            "source_name",
            "near_duplicate_of",
        ]
        read_only_fields = fields

    @extend_schema_field(QualityOutput)
    def get_quality(self, image: FundusImage) -> dict[str, Any]:
        """How well it shows the retina, as measured and as people say."""
        return quality_of(image)

    @extend_schema_field(FOV)
    def get_fov(self, image: FundusImage) -> dict[str, Any] | None:
        """The field of view's circle and box in pixels."""
        return image.fov or None

    def get_source_name(self, image: FundusImage) -> str | None:
        """The file name it came with, for administrators; null for everybody else."""
        allowed = self.context["request"].user.can(Action.SEE_SOURCE_NAMES)
        return image.source_name if allowed else None

    def get_near_duplicate_of(self, image: FundusImage) -> int | None:
        """The image that shows the same photograph, saved otherwise, for administrators; else null."""
        allowed = self.context["request"].user.can(Action.SEE_SOURCE_NAMES)
        return image.near_duplicate_of_id if allowed else None


class ExamOutput(serializers.ModelSerializer[Exam]):
    """One visit and its images."""

    images = FundusImageOutput(many=True, read_only=True, source="seen_images")

    class Meta:
        model = Exam
        fields = ["id", "date", "site", "camera", "images"]
        read_only_fields = fields


class PatientDetailOutput(serializers.ModelSerializer[Patient]):
    """A patient with exams and images, as far as the person may see them."""

    exams = ExamOutput(many=True, read_only=True, source="seen_exams")

    class Meta:
        model = Patient
        fields = ["id", "code", "project", "is_synthetic", "exams"]
        read_only_fields = fields


class PatientOutput(serializers.ModelSerializer[Patient]):
    """A patient in a list, with the images the person may see."""

    images = serializers.SerializerMethodField()

    class Meta:
        model = Patient
        fields = ["id", "code", "project", "is_synthetic", "images"]
        read_only_fields = fields

    @extend_schema_field(ImageBriefOutput(many=True))
    def get_images(self, patient: Patient) -> list[dict[str, Any]]:
        """Images of all exams, right eyes before left ones."""
        exams: list[Exam] = patient.seen_exams  # type: ignore[attr-defined]
        images = [image for exam in exams for image in exam.seen_images]  # type: ignore[attr-defined]
        images.sort(key=lambda image: (image.eye or "Z", image.pk))
        return [dict(self._brief.to_representation(image)) for image in images]

    @cached_property
    def _brief(self) -> ImageBriefOutput:
        """One for all rows: to make one takes longer than what it does."""
        return ImageBriefOutput(context=self.context)


class AssignmentOutput(serializers.ModelSerializer[Assignment]):
    """One image on one person's worklist."""

    username = serializers.CharField(source="user.username", read_only=True)
    patient = serializers.IntegerField(source="image.exam.patient_id", read_only=True)
    patient_code = serializers.CharField(source="image.exam.patient.code", read_only=True)
    eye = serializers.CharField(source="image.eye", read_only=True)
    priority = serializers.ChoiceField(choices=Priority.choices, read_only=True)
    reading_no = serializers.SerializerMethodField()

    class Meta:
        model = Assignment
        fields = [
            "id",
            "user",
            "username",
            "image",
            "patient",
            "patient_code",
            "eye",
            "priority",
            "reading_no",
            "created_at",
        ]
        read_only_fields = fields

    def get_reading_no(self, assignment: Assignment) -> int | None:
        """2 for a hidden repeat; null for who does not assign, and of the person's own."""
        user = self.context["request"].user
        return assignment.reading_no if user.can(Action.ASSIGN) and assignment.user_id != user.pk else None
