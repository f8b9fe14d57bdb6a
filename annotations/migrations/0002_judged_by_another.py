from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="labelset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("author", None),
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="label_set_judged_by_another",
            ),
        ),
    ]
