"""On a site set to one-person operation people judge their own labels, and the label set says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0010_readings_compared")]

    operations = [
        migrations.AddField("labelset", "one_person_site", models.BooleanField(default=False)),
        migrations.RemoveConstraint("labelset", "label_set_judged_by_another"),
        migrations.AddConstraint(
            "labelset",
            models.CheckConstraint(
                condition=models.Q(
                    ("author", None),
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("author")), _negated=True),
                    ("one_person_site", True),
                    _connector="OR",
                ),
                name="label_set_judged_by_another",
            ),
        ),
    ]
