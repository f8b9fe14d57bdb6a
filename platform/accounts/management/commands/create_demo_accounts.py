"""`manage.py create_demo_accounts`: one account for each kind of person."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.services.people import create_demo_people
from core.secret_files import secret_from_file


class Command(BaseCommand):
    """Makes the demo accounts that are missing, with one password, made once into DATA_DIR/demo_password."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the accounts and print them."""
        password = secret_from_file(settings.DATA_DIR / "demo_password", length_bytes=12)
        people = create_demo_people(password=password)
        if options["json"]:
            accounts = [
                {
                    "username": user.username,
                    "roles": user.roles,
                    "has_demo_password": user.check_password(password),
                }
                for user in people
            ]
            self.stdout.write(json.dumps({"accounts": accounts, "password": password}))
            return
        for user in people:
            own = "" if user.check_password(password) else " (has a password of its own)"
            self.stdout.write(f"{user.username:12} {', '.join(user.roles)}{own}")
        self.stdout.write(f"password: {password}")
