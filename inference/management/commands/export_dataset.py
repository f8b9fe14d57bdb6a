"""Writes a dataset version as one zip."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from core.errors import NotFound
from inference.models import DatasetVersion
from inference.services.export_dataset import export_dataset


class Command(ReportingCommand):
    """A dataset version out."""

    help = (
        "Write a frozen dataset version as one zip: images, masks, labels CSV, VIA JSON, COCO, split, and a "
        "manifest with the SHA-256 of each file and the version's content hash. verify_export checks it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the version and the file."""
        super().add_arguments(parser)
        parser.add_argument("version", metavar="VERSION", help="its number, or the start of its content hash")
        parser.add_argument("out", metavar="OUT.zip", type=Path)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Write it."""
        dataset, out = _find(options), options["out"]
        out.parent.mkdir(parents=True, exist_ok=True)
        report = export_dataset(dataset=dataset, path=out, progress=self.writing().progress)
        self.say_problems(report.problems)
        self.stdout.write(f"{dataset}: {report.images:,} images, {report.files:,} files are in {out}.")
        said = {"dataset": dataset.number, "content_hash": dataset.content_hash}
        return said | report.counts() | {"problems": report.problems.to_json()}, True


def _find(options: dict[str, Any]) -> DatasetVersion:
    versions = DatasetVersion.objects.filter(project=find_project(options["project"]))
    asked: str = options["version"]
    found = versions.filter(number=int(asked)).first() if asked.isdecimal() and len(asked) < 8 else None
    found = found or (versions.filter(content_hash__startswith=asked).first() if len(asked) >= 8 else None)
    if found is None:
        known = ", ".join(str(number) for number in versions.values_list("number", flat=True)[:20])
        raise NotFound(
            f"There is no dataset version '{asked}' in this project.",
            remedy=f"Use one of: {known or 'none yet'}.",
        )
    return found
