"""Images that could not be read when they were to be predicted: they count as new no more."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [
        ("annotations", "0012_quality_grade"),
        ("inference", "0009_score_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnreadableImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("found_at", models.DateTimeField(auto_now=True)),
                (
                    "image",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unreadable",
                        to="annotations.fundusimage",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
    ]
