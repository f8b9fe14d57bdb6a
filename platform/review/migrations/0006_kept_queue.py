"""Keeps the places of the review queue; those of today are found by the next chore."""

import django.db.models.deletion
from django.db import migrations, models

MARK_ALL = "INSERT INTO review_queuemark (patient_id) SELECT id FROM annotations_patient"


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0008_double_readings"),
        ("review", "0005_watching_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueueMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="QueuePlace",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="annotations.patient",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                ("whys", models.PositiveIntegerField()),
                ("whys_od", models.PositiveIntegerField(default=0)),
                ("whys_os", models.PositiveIntegerField(default=0)),
                ("whys_unknown_eye", models.PositiveIntegerField(default=0)),
                ("probability", models.FloatField()),
                ("exam_date", models.DateField(null=True)),
                ("sites", models.TextField(blank=True)),
                ("cameras", models.TextField(blank=True)),
                ("signed", models.BooleanField(default=False)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.project",
                    ),
                ),
            ],
            options={
                "ordering": ["rank", "-probability", "patient"],
                "indexes": [
                    models.Index(
                        models.F("project"),
                        models.F("signed"),
                        models.F("rank"),
                        models.OrderBy(models.F("probability"), descending=True),
                        models.F("patient"),
                        name="queue_order",
                    )
                ],
            },
        ),
        migrations.RunSQL(MARK_ALL, migrations.RunSQL.noop),
    ]
