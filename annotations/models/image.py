"""Patients, their exams and the fundus images taken in them."""

from django.conf import settings
from django.db import models

from annotations.models.project import Project
from annotations.states import Eye, QualityGrade


class Patient(models.Model):
    """A person's code, never a name. An image that comes without a patient gets a patient of its own."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="patients")
    code = models.CharField(max_length=64)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["code", "id"], name="patient_by_code")]
        constraints = [models.UniqueConstraint(fields=["project", "code"], name="patient_code_once")]

    def __str__(self) -> str:
        return self.code


class Exam(models.Model):
    """One visit; date, site and camera may be unknown."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="exams")
    date = models.DateField(null=True, blank=True)
    site = models.CharField(max_length=100, blank=True)
    camera = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["patient", "-date", "id"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "date", "site", "camera"], name="exam_once"),
            # SQLite has no NULLS NOT DISTINCT: undated exams need a constraint of their own.
            models.UniqueConstraint(
                fields=["patient", "site", "camera"],
                condition=models.Q(date__isnull=True),
                name="undated_exam_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} {self.date or 'undated'}"


class FundusImage(models.Model):
    """One stored fundus photograph. All coordinates anywhere refer to its pixels.

    `upload_sha256` is over the bytes that came in, `sha256` over those stored. `fov` is imaging.fov's JSON.
    `conversion` says how the upload's pixels became 8-bit RGB, empty when they were. `perceptual_hash` is
    64 bits in hex. `burned_text` may hold `boxes`, each [x, y, width, height] in pixels, and `state`: found,
    blanked or dismissed. `quality_grade` is the grade that counts, a person's or else the measured one, which
    services.quality keeps for lists.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="images")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="images")
    eye = models.CharField(max_length=2, choices=Eye.choices, default=Eye.UNKNOWN, blank=True)
    field = models.CharField(max_length=40, blank=True)
    source_name = models.CharField(max_length=255, blank=True)
    upload_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=255)
    content_type = models.CharField(max_length=40)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    exif_orientation = models.PositiveSmallIntegerField(default=1)
    fov = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)
    quality_grade = models.CharField(max_length=12, choices=QualityGrade.choices, blank=True, default="")
    conversion = models.CharField(max_length=120, blank=True)
    perceptual_hash = models.CharField(max_length=16, blank=True)
    near_duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="near_duplicates"
    )
    burned_text = models.JSONField(default=dict, blank=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    imported_in = models.ForeignKey(
        "annotations.Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="images"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["project", "source_name"], name="image_source_name"),
            # With the id, which images are a project's or an exam's is known from the index alone.
            models.Index(fields=["project", "quality_grade", "id"], name="image_quality_grade"),
            models.Index(fields=["exam", "id"], name="image_of_exam"),
        ]
        constraints = [models.UniqueConstraint(fields=["project", "upload_sha256"], name="image_upload_once")]

    def __str__(self) -> str:
        return f"image {self.pk} ({self.eye or 'eye unknown'})"


class QualityJudgement(models.Model):
    """A person's word on an image's quality; the newest one stands, over what was measured."""

    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="quality_judgements")
    grade = models.CharField(max_length=12, choices=QualityGrade.choices)
    reason = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"image {self.image_id} is {self.grade}"
