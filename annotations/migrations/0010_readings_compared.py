"""An index by which the database pairs the readings of an image, and counts what they say."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0009_reading_of_a_reader"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(
                fields=["image", "author", "reading_no", "source", "dr_status", "icdr_grade", "id"],
                condition=models.Q(author__isnull=False, state__in=["submitted", "accepted"]),
                name="label_set_compared",
            ),
        ),
    ]
