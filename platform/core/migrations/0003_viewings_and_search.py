"""Who looked at whom waits in a table of its own; the audit log is found by person, action and time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex("auditevent", models.Index(fields=["actor", "-sequence"], name="audit_actor")),
        migrations.AddIndex("auditevent", models.Index(fields=["action", "-sequence"], name="audit_action")),
        migrations.AddIndex("auditevent", models.Index(fields=["at"], name="audit_at")),
        migrations.CreateModel(
            "Viewing",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField()),
                ("object_type", models.CharField(max_length=64)),
                ("object_id", models.CharField(max_length=64)),
                ("title", models.CharField(blank=True, max_length=100)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["minute", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["minute", "person", "object_type", "object_id"], name="viewing_once_a_minute"
                    )
                ],
            },
        ),
    ]
