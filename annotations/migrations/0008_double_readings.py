"""Images that two people read, and the level below which their lesions differ too much."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0007_import_file_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoubleReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("comparing", "Comparing"),
                            ("waiting", "Waiting"),
                            ("agreed", "Agreed"),
                            ("open", "Open"),
                            ("settled", "Settled"),
                        ],
                        default="comparing",
                        max_length=12,
                    ),
                ),
                ("first_revision", models.PositiveIntegerField(default=0)),
                ("second_revision", models.PositiveIntegerField(default=0)),
                ("reasons", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("made_of", models.JSONField(default=dict)),
                ("changed_since", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="project",
            name="project_percentages",
        ),
        migrations.AddField(
            model_name="project",
            name="lesion_agreement_percent",
            field=models.PositiveSmallIntegerField(default=50),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("double_read_percent__lte", 100),
                    ("lesion_agreement_percent__lte", 100),
                    ("repeat_percent__lte", 100),
                ),
                name="project_percentages",
            ),
        ),
        migrations.AddField(
            model_name="doublereading",
            name="claimed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="doublereading",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.labelset"
            ),
        ),
        migrations.AddField(
            model_name="doublereading",
            name="image",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="double_reading",
                to="annotations.fundusimage",
            ),
        ),
        migrations.AddField(
            model_name="doublereading",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="annotations.labelset"
            ),
        ),
        migrations.AddField(
            model_name="doublereading",
            name="settled",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotations.labelset",
            ),
        ),
        migrations.AddIndex(
            model_name="doublereading",
            index=models.Index(fields=["state", "opened_at"], name="double_reading_state"),
        ),
        migrations.AddConstraint(
            model_name="doublereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "settled"), _negated=True), ("settled__isnull", False), _connector="OR"
                ),
                name="double_reading_settled_set",
            ),
        ),
    ]
