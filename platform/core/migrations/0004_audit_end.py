"""One row says where the audit log ends, so that events cut off at its end are missed."""

from django.db import migrations, models

from core import audit_triggers

GENESIS = "0" * 64


def note_the_end(apps, schema_editor):
    """Begin with where the log ends today."""
    last = apps.get_model("core", "AuditEvent").objects.order_by("-sequence").first()
    apps.get_model("core", "AuditHead").objects.create(
        pk=1, sequence=last.sequence if last else 0, hash=last.hash if last else GENESIS
    )


def create_triggers(apps, schema_editor):
    audit_triggers.create_on_end(schema_editor.connection)


def drop_triggers(apps, schema_editor):
    audit_triggers.drop_on_end(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_viewings_and_search")]

    operations = [
        migrations.CreateModel(
            "AuditHead",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField()),
                ("hash", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.RunPython(note_the_end, migrations.RunPython.noop),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
