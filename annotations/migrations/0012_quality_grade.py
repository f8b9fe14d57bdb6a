"""The grade that counts beside each image, for lists."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from imaging.quality import Quality

AT_ONCE = 1_000


def grade_images(apps: Any, schema_editor: Any) -> None:
    """A person's newest word, else what the measures say; images without either keep none."""
    images = apps.get_model("annotations", "FundusImage").objects.order_by("pk")
    judgements = apps.get_model("annotations", "QualityJudgement").objects.order_by("pk")
    judged = dict(judgements.values_list("image", "grade"))
    graded = []
    for image in images.only("quality").iterator(chunk_size=AT_ONCE):
        image.quality_grade = judged.get(image.pk) or _measured(image.quality)
        graded.append(image)
        if len(graded) == AT_ONCE:
            images.bulk_update(graded, ["quality_grade"])
            graded = []
    images.bulk_update(graded, ["quality_grade"])


def _measured(quality: Any) -> str:
    try:
        return Quality.from_json(quality).grade
    except (TypeError, KeyError, ValueError):
        return ""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0011_one_person_site"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="fundusimage",
            name="quality_grade",
            field=models.CharField(
                blank=True,
                choices=[("good", "Good"), ("usable", "Usable"), ("ungradable", "Ungradable")],
                default="",
                max_length=12,
            ),
        ),
        migrations.RunPython(grade_images, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="fundusimage",
            index=models.Index(fields=["project", "quality_grade", "id"], name="image_quality_grade"),
        ),
    ]
