# Reviews, their parts, and what is signed of them.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("annotations", "0007_import_file_parts"),
        ("inference", "0004_comparisons_and_live_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
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
                        choices=[("draft", "Draft"), ("signed", "Signed")], default="draft", max_length=8
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "urgency",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "no referral"),
                            ("routine", "routine referral"),
                            ("soon", "soon"),
                            ("urgent", "urgent"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("conclusion", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "exam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="annotations.exam",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="review.review",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FindingVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("accept", "accepted"),
                            ("edit", "accepted with another outline or class"),
                            ("reject", "rejected"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_a_lesion", "not a lesion"),
                            ("artefact", "artefact, reflex or dust"),
                            ("vessel", "part of a vessel"),
                            ("wrong_class", "another kind of lesion"),
                            ("wrong_outline", "the outline is wrong"),
                            ("duplicate", "the same lesion twice"),
                            ("other_disease", "a lesion of another disease"),
                            ("other", "another reason"),
                        ],
                        max_length=16,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inference.finding"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="review.review",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DecisionMade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[("image", "Image"), ("eye", "Eye"), ("patient", "Patient")], max_length=8
                    ),
                ),
                (
                    "eye",
                    models.CharField(
                        blank=True,
                        choices=[("OD", "right eye (OD)"), ("OS", "left eye (OS)"), ("", "unknown")],
                        default="",
                        max_length=2,
                    ),
                ),
                (
                    "proposed",
                    models.CharField(
                        choices=[
                            ("dr", "DR"),
                            ("no_dr", "no DR"),
                            ("ungradable", "Ungradable"),
                            ("discordant", "discordant: needs a human"),
                            ("incomplete", "incomplete: repeat or refer"),
                            ("pending", "no prediction yet"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("dr", "DR"),
                            ("no_dr", "no DR"),
                            ("ungradable", "Ungradable"),
                            ("discordant", "discordant: needs a human"),
                            ("incomplete", "incomplete: repeat or refer"),
                            ("pending", "no prediction yet"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotations.fundusimage",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="review.review",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReviewedImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("correction_revision", models.PositiveIntegerField(default=0)),
                (
                    "correction",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotations.labelset",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inference.imagedecision",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotations.fundusimage",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="images", to="review.review"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signed_at", models.DateTimeField()),
                ("document", models.TextField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
                        to="review.review",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("json", "JSON"), ("fhir", "FHIR R4")], max_length=4
                    ),
                ),
                ("file", models.CharField(max_length=255)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="review.signature",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("exam", "reviewer"), name="review_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "signed")),
                fields=("exam", "version"),
                name="review_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="findingverdict",
            constraint=models.UniqueConstraint(fields=("review", "finding"), name="verdict_once"),
        ),
        migrations.AddConstraint(
            model_name="decisionmade",
            constraint=models.UniqueConstraint(
                condition=models.Q(("scope", "image")), fields=("review", "image"), name="image_decision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionmade",
            constraint=models.UniqueConstraint(
                condition=models.Q(("scope", "eye")), fields=("review", "eye"), name="eye_decision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionmade",
            constraint=models.UniqueConstraint(
                condition=models.Q(("scope", "patient")), fields=("review",), name="patient_decision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedimage",
            constraint=models.UniqueConstraint(fields=("review", "image"), name="reviewed_image_once"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("signature", "kind"), name="report_once"),
        ),
    ]
