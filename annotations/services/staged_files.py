"""The uploads of an import as plain files on this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from annotations.models import Import
from core.storage import local_path


@contextmanager
def staged_files(batch: Import) -> Iterator[list[tuple[str, Path]]]:
    """The name (with its folders) and the path of each upload."""
    with ExitStack() as stack:
        yield [
            (file.name, stack.enter_context(local_path(file.file))) for file in batch.files.exclude(file="")
        ]
