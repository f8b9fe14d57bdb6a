"""The review queue as it is kept: each patient's place, and whose place is to be found anew."""

from django.db import models

from annotations.models import Patient, Project


class QueuePlace(models.Model):
    """Where one patient stands in the queue, by review.queue_rules. Rows may be deleted: they come again.

    `rank`: of the reason that decides. `whys`: all reasons, one bit each (review.selectors.queue_facts), and
    those of each eye. `probability`: the highest of DR, `threshold` that of its model; so of referable DR,
    None where no model says it. `exam_date`: of the newest exam; None: it has none.
    `sites` and `cameras` of the exams, each between line breaks. `signed`: every image is judged in a signed
    review that stands.
    """

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, primary_key=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    rank = models.PositiveSmallIntegerField()
    whys = models.PositiveIntegerField()
    whys_od = models.PositiveIntegerField(default=0)
    whys_os = models.PositiveIntegerField(default=0)
    whys_unknown_eye = models.PositiveIntegerField(default=0)
    probability = models.FloatField()
    threshold = models.FloatField(null=True)
    referable_probability = models.FloatField(null=True)
    referable_threshold = models.FloatField(null=True)
    exam_date = models.DateField(null=True)
    sites = models.TextField(blank=True)
    cameras = models.TextField(blank=True)
    signed = models.BooleanField(default=False)

    class Meta:
        ordering = ["rank", "-probability", "patient"]
        indexes = [
            models.Index(
                "project", "signed", "rank", models.F("probability").desc(), "patient", name="queue_order"
            )
        ]

    def __str__(self) -> str:
        return f"place of patient {self.patient_id}"


class QueueMark(models.Model):
    """Something that a patient's place rests on has changed; written by review.queue_triggers."""

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"mark of patient {self.patient_id}"
