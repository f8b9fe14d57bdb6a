"""A column that says whether a label set is a reading of its own, for what is asked of every row."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0014_indexes_of_readings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="labelset",
            name="label_set_of_reader",
        ),
        migrations.RemoveIndex(
            model_name="labelset",
            name="label_set_worked_on",
        ),
        migrations.RemoveIndex(
            model_name="labelset",
            name="label_set_compared",
        ),
        migrations.AddField(
            model_name="labelset",
            name="is_independent",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(
                        models.Q(("source__startswith", "correction:"), _negated=True),
                        models.Q(("source__startswith", "adjudication:"), _negated=True),
                    ),
                    output_field=models.BooleanField(),
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(("is_independent", True)),
                fields=["image", "author", "reading_no"],
                name="label_set_of_reader",
            ),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(("author__isnull", False), ("is_independent", True)),
                fields=["project", "author", "state", "submitted_at", "seconds_spent", "id"],
                name="label_set_worked_on",
            ),
        ),
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                condition=models.Q(
                    ("author__isnull", False),
                    ("is_independent", True),
                    ("state__in", ["submitted", "accepted"]),
                ),
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
                name="label_set_compared",
            ),
        ),
    ]
