# The segmenter whose findings a training run reads.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inference", "0007_searches"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="lesion_finder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inference.modelversion",
            ),
        ),
    ]
