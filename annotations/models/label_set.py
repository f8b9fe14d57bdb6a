"""One reading of one image by one source: its answers, revisions and regions."""

import uuid

from django.conf import settings
from django.db import models

from annotations.models.image import FundusImage
from annotations.models.of_project import OfProject
from annotations.models.project import LesionClass
from annotations.states import (
    ADJUDICATION,
    CORRECTION,
    DrStatus,
    Gradability,
    IcdrGrade,
    LabelSetState,
    MacularEdema,
    ShapeKind,
)

INDEPENDENT = models.ExpressionWrapper(
    ~models.Q(source__startswith=CORRECTION) & ~models.Q(source__startswith=ADJUDICATION),
    output_field=models.BooleanField(),
)


class LabelSet(OfProject):
    """One reading of one image by one source.

    `source` is `person:<user id>`, `via:<sha256 of the file>`, `labels:<sha256 of the file>`,
    `coco:<sha256>`, `masks:<sha256>`, `tightened:<label set id>`, `merged:<two label set ids>`,
    `correction:<review id>` or `adjudication:<double reading id>`; with `reading_no` it tells hidden repeats
    apart. `is_independent`: a reading of its own, neither a correction nor an adjudication.
    `classes_looked_for` lists the lesion class codes the source searched for: one it did not look for
    is unknown, not absent.
    `landmarks` may hold `disc` and `fovea`, each [x, y], and `disc_diameter`, in pixels of the stored image;
    `pins` are comments at a place: objects of `uuid`, `x`, `y`, `text`. `file_attributes` are what an
    imported file said of the image (VIA's file attributes: name to value), kept for the way out.
    `one_person_site`: it was judged by whoever read it, which a site set to one-person operation allows.
    """

    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="label_sets")
    source = models.CharField(max_length=80)
    is_independent = models.GeneratedField(
        expression=INDEPENDENT, output_field=models.BooleanField(), db_persist=True
    )
    source_title = models.CharField(max_length=255, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="label_sets"
    )
    reading_no = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=LabelSetState.choices, default=LabelSetState.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    dr_status = models.CharField(
        max_length=8, choices=DrStatus.choices, default=DrStatus.NOT_READ, blank=True
    )
    icdr_grade = models.PositiveSmallIntegerField(null=True, blank=True, choices=IcdrGrade.choices)
    macular_edema = models.PositiveSmallIntegerField(null=True, blank=True, choices=MacularEdema.choices)
    gradability = models.CharField(
        max_length=12, choices=Gradability.choices, default=Gradability.NOT_JUDGED, blank=True
    )
    ungradable_reason = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    landmarks = models.JSONField(default=dict, blank=True)
    pins = models.JSONField(default=list, blank=True)
    classes_looked_for = models.JSONField(default=list)
    seconds_spent = models.FloatField(default=0)
    file_attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_comment = models.TextField(blank=True)
    one_person_site = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "source"], name="label_set_state_source"),
            models.Index(
                fields=["image", "author", "reading_no"],
                condition=models.Q(is_independent=True),
                name="label_set_of_reader",
            ),
            # All that work is counted by, so that no row need be looked up; then all that pairs are.
            models.Index(
                fields=["project", "author", "state", "submitted_at", "seconds_spent", "id"],
                condition=models.Q(is_independent=True, author__isnull=False),
                name="label_set_worked_on",
            ),
            models.Index(
                fields=[
                    "image",
                    "author",
                    "reading_no",
                    "dr_status",
                    "icdr_grade",
                    "revision",
                    "project",
                    "id",
                ],
                condition=models.Q(
                    is_independent=True,
                    author__isnull=False,
                    state__in=[LabelSetState.SUBMITTED, LabelSetState.ACCEPTED],
                ),
                name="label_set_compared",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["image", "source", "reading_no"], name="label_set_reading_once"),
            models.CheckConstraint(
                condition=models.Q(author=None)
                | models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("author"))
                | models.Q(one_person_site=True),
                name="label_set_judged_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"label set {self.pk} of {self.image_id} ({self.state})"


class Revision(models.Model):
    """One save of a label set. `change_id` makes a repeated save of the same change harmless."""

    label_set = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    change_id = models.UUIDField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    added = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    reading = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["label_set", "number"]
        constraints = [
            models.UniqueConstraint(fields=["label_set", "number"], name="revision_number_once"),
            models.UniqueConstraint(fields=["label_set", "change_id"], name="revision_change_once"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of label set {self.label_set_id}"


class Region(models.Model):
    """One state of one shape. An edit ends this row (`removed_in`) and appends another with the same uuid.

    `geometry` is imaging.shapes' JSON, in pixels of the stored image. `origin` is a plain value:
    `drawn`, `via:<import id>`, `masks:<import id>`, `coco:<import id>`, `model:<model version id>` or
    `tightened` (a rectangle turned into a contour).
    `attributes` are all that an imported region's file said of it, kept for the way out: name to value, as
    the file had them, its class under the file's own name and in its own words ({"Abnormality":
    "hemorrhage"}); a VIA 3 file's numbers are turned into the names and options they stand for. Null: it was
    not imported with attributes.
    """

    # The foreign keys carry no index of their own: the first is covered by those below, and nobody looks
    # regions up by class or author alone, while every index slows the import of large VIA files.
    label_set = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="regions", db_index=False)
    uuid = models.UUIDField(default=uuid.uuid4)
    lesion_class = models.ForeignKey(LesionClass, on_delete=models.PROTECT, related_name="+", db_index=False)
    shape = models.CharField(max_length=8, choices=ShapeKind.choices)
    geometry = models.JSONField()
    origin = models.CharField(max_length=80, default="drawn")
    attributes = models.JSONField(null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    created_in = models.PositiveIntegerField()
    removed_in = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["label_set", "removed_in"], name="region_current")]
        constraints = [
            models.UniqueConstraint(fields=["label_set", "uuid", "created_in"], name="region_state_once"),
            models.UniqueConstraint(
                fields=["label_set", "uuid"], condition=models.Q(removed_in=None), name="region_current_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shape} {self.uuid}"
