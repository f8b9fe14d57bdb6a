"""Which images a specialist is asked to read, and to read again unawares."""

from django.conf import settings
from django.db import models

from annotations.models.image import FundusImage
from annotations.models.of_project import OfProject
from annotations.states import Priority


class Assignment(OfProject):
    """One image on one person's worklist.

    `reading_no` is the reading it asks for: 2 is a hidden repeat of the first, for intra-reader agreement. It
    appears once the first is handed in, and nothing tells the reader that it is one.
    """

    image = models.ForeignKey(FundusImage, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reading_no = models.PositiveSmallIntegerField(default=1)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["image", "user", "reading_no"], name="assignment_once")
        ]

    def __str__(self) -> str:
        return f"{self.image} to {self.user}"
