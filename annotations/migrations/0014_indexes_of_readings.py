"""Indexes by which readings and their work are counted without a look at each row."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0013_kept_project"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["code", "id"], name="patient_by_code"),
        ),
        migrations.RemoveIndex(
            model_name="labelset",
            name="label_set_of_reader",
        ),
        migrations.RemoveIndex(
            model_name="labelset",
            name="label_set_compared",
        ),
        migrations.AddIndex(
            model_name="fundusimage",
            index=models.Index(fields=["exam", "id"], name="image_of_exam"),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(
                    models.Q(("source__startswith", "correction:"), _negated=True),
                    models.Q(("source__startswith", "adjudication:"), _negated=True),
                ),
                fields=["image", "author", "reading_no"],
                name="label_set_of_reader",
            ),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(
                    models.Q(("source__startswith", "correction:"), _negated=True),
                    models.Q(("source__startswith", "adjudication:"), _negated=True),
                    ("author__isnull", False),
                ),
                fields=["project", "author", "state", "submitted_at", "seconds_spent", "id"],
                name="label_set_worked_on",
            ),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(("author__isnull", False), ("state__in", ["submitted", "accepted"])),
                fields=[
                    "image",
                    "author",
                    "reading_no",
                    "source",
                    "dr_status",
                    "icdr_grade",
                    "revision",
                    "project",
                    "id",
                ],
                name="label_set_compared",
            ),
        ),
    ]
