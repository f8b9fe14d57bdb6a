"""Figures of two readings of one image, kept for lists."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0004_distractor_classes")]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_revision", models.PositiveIntegerField()),
                ("second_revision", models.PositiveIntegerField()),
                ("dr_differs", models.BooleanField()),
                ("mean_dice", models.FloatField(null=True)),
                ("mean_f1", models.FloatField(null=True)),
                ("figures", models.JSONField()),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.labelset",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements",
                        to="annotations.fundusimage",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.labelset",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "second", "first_revision", "second_revision"),
                        name="agreement_once",
                    )
                ],
            },
        ),
    ]
