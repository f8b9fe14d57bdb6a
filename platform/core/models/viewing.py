"""Who looked at whom, until the audit log tells it."""

from django.conf import settings
from django.db import models

VIEW = "patients.view"  # the action of the events that viewings become


class Viewing(models.Model):
    """In this minute this person looked at this object; `title` is what people call it.

    Rows wait here for a minute or two: the audit log is one chain, and who only looks must not queue for it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    minute = models.DateTimeField()
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    title = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["minute", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "person", "object_type", "object_id"], name="viewing_once_a_minute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.object_type} {self.object_id}, {self.minute:%H:%M}"
