"""Events between two times are listed by an index that has them in order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0005_audit_words")]

    operations = [
        migrations.RemoveIndex("auditevent", "audit_at"),
        migrations.AddIndex("auditevent", models.Index(fields=["at", "sequence"], name="audit_time")),
    ]
