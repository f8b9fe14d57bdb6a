"""An index by which the reading that an assignment asks for is found."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0008_double_readings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="labelset",
            index=models.Index(fields=["image", "author", "reading_no"], name="label_set_of_reader"),
        ),
    ]
