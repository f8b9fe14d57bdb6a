"""Drop our own list of attempts to sign in: django-axes counts them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_scopes_and_invitations")]

    operations = [migrations.DeleteModel(name="SignInAttempt")]
