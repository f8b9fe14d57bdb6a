"""Tokens get scopes and always end; people are invited; sessions can be ended."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce
from django.utils import timezone

SCOPES_OF_OLD = ["read", "label", "review", "data", "train", "promote", "administer"]


def end_old_tokens(apps: Any, schema_editor: Any) -> None:
    """Tokens made before could do all that their owner may; those without an end get one.

    By one UPDATE: PostgreSQL alters no table of which a row was changed twice in the transaction.
    """
    ends = Coalesce("expires_at", timezone.now() + timedelta(days=90))
    apps.get_model("accounts", "PersonalToken").objects.update(scopes=SCOPES_OF_OLD, expires_at=ends)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_preferences")]

    operations = [
        migrations.AddField("personaltoken", "scopes", models.JSONField(default=list)),
        migrations.RunPython(end_old_tokens, migrations.RunPython.noop),
        migrations.AlterField("personaltoken", "expires_at", models.DateTimeField()),
        migrations.AddField("user", "session_epoch", models.PositiveIntegerField(default=0)),
        migrations.CreateModel(
            "Invitation",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
