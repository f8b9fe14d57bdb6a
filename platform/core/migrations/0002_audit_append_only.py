"""Refuses updates and deletes of audit events, on SQLite and PostgreSQL."""

from django.db import migrations

from core import audit_triggers


def create_triggers(apps, schema_editor):
    audit_triggers.create(schema_editor.connection)


def drop_triggers(apps, schema_editor):
    audit_triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
