"""Keeps with each place of the queue what its doubts are about; all places are found anew.

Which bit stands for which reason follows the order of the reasons, and one was added.
"""

from django.db import migrations, models

FORGET_ALL = "DELETE FROM review_queueplace"
MARK_ALL = "INSERT INTO review_queuemark (patient_id) SELECT id FROM annotations_patient"


class Migration(migrations.Migration):
    dependencies = [("review", "0007_tallies_by_week")]

    operations = [
        migrations.AddField("queueplace", "threshold", models.FloatField(null=True)),
        migrations.AddField("queueplace", "referable_probability", models.FloatField(null=True)),
        migrations.AddField("queueplace", "referable_threshold", models.FloatField(null=True)),
        migrations.RunSQL([FORGET_ALL, MARK_ALL], [FORGET_ALL, MARK_ALL]),
    ]
