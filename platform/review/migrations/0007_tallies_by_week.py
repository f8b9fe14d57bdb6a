"""Keeps the week of a signature instead of its day; what was counted by day is counted anew by a chore."""

from typing import Any

from django.db import migrations, models


def forget(apps: Any, schema_editor: Any) -> None:
    """Every tally can be made again from the signed documents."""
    for name in ("DecisionTally", "FindingTally"):
        apps.get_model("review", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("review", "0006_kept_queue")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveIndex("decisiontally", "decision_tally_model"),
        migrations.RemoveIndex("findingtally", "finding_tally_model"),
        migrations.RenameField("decisiontally", "signed_on", "week"),
        migrations.RenameField("findingtally", "signed_on", "week"),
        migrations.AddIndex(
            "decisiontally",
            models.Index(
                fields=["model", "week", "site", "camera", "decided", "said", "outcome", "image"],
                name="decision_tally_model",
            ),
        ),
        migrations.AddIndex(
            "findingtally",
            models.Index(
                fields=[
                    *("model", "week", "site", "camera", "lesion_class"),
                    *("accepted", "edited", "rejected", "missed"),
                ],
                name="finding_tally_model",
            ),
        ),
    ]
