"""Refuses changes of signed reviews, on SQLite and PostgreSQL."""

from django.db import migrations

from review import triggers


def create_triggers(apps, schema_editor):
    triggers.create(schema_editor.connection)


def drop_triggers(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_reviews_and_signatures")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
