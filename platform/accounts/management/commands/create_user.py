"""`manage.py create_user NAME --role administrator`: makes an account, such as the first of a new site.

The password is asked for, or taken from FOVEA_PASSWORD or the first line of a pipe.
"""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.roles import Role
from accounts.services.people import create_person, parse_roles
from core.errors import DomainError


class Command(BaseCommand):
    """Makes an account; the password is asked for, or read from a pipe or FOVEA_PASSWORD."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the name and `--role`, which may be given more than once."""
        parser.add_argument("username")
        parser.add_argument("--role", action="append", required=True, choices=Role.values, dest="roles")
        parser.add_argument("--full-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account."""
        try:
            user = create_person(
                username=options["username"],
                password=_password(),
                roles=parse_roles(options["roles"]),
                full_name=options["full_name"],
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Made {user.username} ({', '.join(user.roles)}).")


def _password() -> str:
    if given := os.environ.get("FOVEA_PASSWORD"):
        return given
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
