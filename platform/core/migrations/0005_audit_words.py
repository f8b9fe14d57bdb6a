"""Indexes by which words, and the numbers of objects, are found in a long audit log."""

from django.db import migrations, models

from core import audit_words


def create_index(apps, schema_editor):
    audit_words.create_index(apps.get_model("core", "AuditEvent"), schema_editor)


def drop_index(apps, schema_editor):
    audit_words.drop_index(apps.get_model("core", "AuditEvent"), schema_editor)


class Migration(migrations.Migration):
    dependencies = [("core", "0004_audit_end")]

    operations = [
        migrations.AddIndex("auditevent", models.Index(fields=["object_id"], name="audit_object_id")),
        migrations.RunPython(create_index, drop_index),
    ]
