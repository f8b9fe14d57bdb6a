"""`manage.py reset_second_factor NAME --reason …`: for the last administrator, whose telephone is gone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.second_factor import reset_second_factor
from core.errors import DomainError


class Command(BaseCommand):
    """Turns off a person's second factor and ends their sessions."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the name and the reason."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account named {options['username']}.")
        try:
            reset_second_factor(person=person, by=None, reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.username} signs in without a code now.")
