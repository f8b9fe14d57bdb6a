"""Makes the sample patients."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import User
from accounts.services.people import DEMO_NAMES
from annotations.management.reporting import ReportingCommand, find_people, find_project
from annotations.services.samples import create_samples


class Command(ReportingCommand):
    """Synthetic patients with true labels, and something to do for each role."""

    help = (
        "Make 12 synthetic patients with both eyes and accepted true labels; half of them wait on the "
        "specialists' worklist, one is handed in for review. Does nothing when they are there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the number and the people."""
        super().add_arguments(parser)
        parser.add_argument("--patients", type=int, default=12)
        parser.add_argument(
            "--people", nargs="*", metavar="USER", help="default: the demo accounts there are"
        )

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Make what is missing."""
        if options["people"] is None:
            people = list(User.objects.filter(username__in=DEMO_NAMES))
        else:
            people = find_people(options["people"])
        report = create_samples(
            project=find_project(options["project"]),
            people=people,
            count=options["patients"],
            progress=self.writing().progress,
        )
        made = "made" if report.made else "there already"
        self.stdout.write(f"{report.patients} sample patients with {report.images} images {made}.")
        return {"patients": report.patients, "images": report.images, "made": report.made}, True
