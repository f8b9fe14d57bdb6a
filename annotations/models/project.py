"""Projects group patients, lesion classes, people and settings."""

from django.conf import settings
from django.db import models


class Project(models.Model):
    """A body of images that a group of people works on. Set-up makes the first one.

    An image shared out over several people gets `readers_per_image` of them, and `double_read_percent` of the
    images one more; `repeat_percent` of a person's images come back to them as hidden repeats. Two readings
    whose lesions agree less than `lesion_agreement_percent` (mean F1 over the classes) are to be settled by a
    third person, as those with different answers are; 0: lesions never ask for it.
    `import_rules` remembers how files are read: `via_labels` (by attribute, which of its values mean which
    class) and `file_name` (the pattern that gives patient code and eye).
    """

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(unique=True)
    description = models.TextField(blank=True)
    readers_per_image = models.PositiveSmallIntegerField(default=1)
    double_read_percent = models.PositiveSmallIntegerField(default=0)
    repeat_percent = models.PositiveSmallIntegerField(default=5)
    lesion_agreement_percent = models.PositiveSmallIntegerField(default=50)
    import_rules = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="projects")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(readers_per_image__range=(1, 10)), name="project_readers"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    double_read_percent__lte=100, repeat_percent__lte=100, lesion_agreement_percent__lte=100
                ),
                name="project_percentages",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person belongs to a project; their roles say what they may do in it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"


class LesionClass(models.Model):
    """A kind of finding that can be labelled in a project; told apart by pattern as well as colour."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="lesion_classes")
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    color = models.CharField(max_length=7)
    pattern = models.CharField(max_length=16, default="solid")
    enabled = models.BooleanField(default=True)
    is_distractor = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["project", "code"], name="lesion_class_code_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
