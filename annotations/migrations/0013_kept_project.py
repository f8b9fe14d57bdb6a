"""The image's project beside its assignments and label sets, to count by."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEPERS = ("Assignment", "LabelSet")


def keep_projects(apps: Any, schema_editor: Any) -> None:
    """As the image has it."""
    image = apps.get_model("annotations", "FundusImage").objects.filter(pk=models.OuterRef("image"))
    for name in KEEPERS:
        apps.get_model("annotations", name).objects.update(project=models.Subquery(image.values("project")))


def project(**options: Any) -> models.ForeignKey:
    """The kept key."""
    return models.ForeignKey(
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="annotations.project",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0012_quality_grade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(migrations.AddField(name, "project", project(null=True)) for name in KEEPERS),
        migrations.RunPython(keep_projects, migrations.RunPython.noop),
        *(migrations.AlterField(name, "project", project()) for name in KEEPERS),
    ]
