"""The names of the urgencies say what is to be done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Choices alone; no row changes."""

    dependencies = [("review", "0003_claims")]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="urgency",
            field=models.CharField(
                blank=True,
                choices=[
                    ("none", "no referral"),
                    ("routine", "routine referral"),
                    ("soon", "refer soon"),
                    ("urgent", "urgent referral"),
                ],
                default="",
                max_length=8,
            ),
        ),
    ]
