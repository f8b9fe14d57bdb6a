"""The uploads of an import as plain files on this machine, large ones put together from their parts."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

from django.core.files.storage import default_storage

from annotations.models import Import, ImportFile
from core.storage import local_path


@contextmanager
def staged_files(batch: Import) -> Iterator[list[tuple[str, Path]]]:
    """The name (with its folders) and the path of each upload."""
    rows = batch.files.exclude(file="")
    with ExitStack() as stack:
        whole = [(file.name, stack.enter_context(local_path(file.file))) for file in rows.filter(upload=None)]
        parts = rows.exclude(upload=None).order_by("upload", "offset")
        for _, of_one in groupby(parts, key=lambda part: part.upload):
            pieces = list(of_one)
            whole.append((pieces[0].name, stack.enter_context(_put_together(pieces))))
        yield whole


@contextmanager
def _put_together(parts: list[ImportFile]) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="fovea-upload-") as joined:
        for part in parts:
            with default_storage.open(part.file) as piece:
                shutil.copyfileobj(piece, joined, 1 << 20)
        joined.flush()
        yield Path(joined.name)
