"""Large uploads in parts: each part is kept as it comes, so that a lost connection costs one part only."""

import uuid
from typing import IO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from annotations.models import Import, ImportFile
from annotations.services.data_in.imports import FileTooLarge, check_room, stage, waiting_import
from annotations.services.data_in.problems import storable
from annotations.services.data_in.staging import HashingReader
from core.errors import Conflict, Invalid
from core.services import audit

LARGEST_PART_BYTES = 64 * 1024**2
SMALLEST_PART_BYTES = 1024**2  # but for the last one: parts are rows, and nobody needs a million


class PartOutOfPlace(Conflict):
    """Another part of the file is awaited; `received` says how many bytes have come."""

    code = "part_out_of_place"


def add_part(
    *,
    batch: Import,
    upload: uuid.UUID,
    name: str,
    offset: int,
    total_bytes: int,
    content: IO[bytes],
    size: int,
    max_bytes: int,
    by: User | None,
) -> int:
    """Keep one part of a large file of a collecting import; gives how many bytes of the file have come.

    The same part again changes nothing. Raises PartOutOfPlace, FileTooLarge, Invalid (also when there
    are too many files), Conflict (started).
    """
    if total_bytes > max_bytes:
        raise FileTooLarge(
            f"'{name}' has {total_bytes / 1e6:,.0f} MB; {max_bytes / 1e6:,.0f} MB are the most.",
            remedy="Split the archive or the table, or save the photograph as a JPEG of high quality.",
        )
    last = offset + size == total_bytes
    if offset + size > total_bytes or size > LARGEST_PART_BYTES or (size < SMALLEST_PART_BYTES and not last):
        raise Invalid(
            "The part does not fit the file.",
            remedy=f"Send parts of 1 to {LARGEST_PART_BYTES // 1024**2} MB; only the last may be smaller.",
        )
    reader = HashingReader(content)
    staged = stage(batch=batch, name=name, reader=reader)
    try:
        received, kept = _add_row(batch, upload, name, offset, total_bytes, staged, reader, by)
    except BaseException:
        default_storage.delete(staged)
        raise
    if not kept:
        default_storage.delete(staged)
    return received


@transaction.atomic
def _add_row(
    batch: Import,
    upload: uuid.UUID,
    name: str,
    offset: int,
    total_bytes: int,
    staged: str,
    reader: HashingReader,
    by: User | None,
) -> tuple[int, bool]:
    held = waiting_import(batch)
    parts = held.files.filter(upload=upload)
    received = parts.aggregate(sum=Sum("size_bytes"))["sum"] or 0
    if parts.filter(offset=offset, sha256=reader.hexdigest()).exists():
        return received, False
    if offset != received or parts.exclude(total_bytes=total_bytes).exists():
        raise PartOutOfPlace(
            f"'{name}': the part at byte {offset:,} came, the one at byte {received:,} is awaited.",
            remedy="Go on from there, or send the file anew.",
            detail={"received": received},
        )
    if offset == 0:
        check_room(held)
    ImportFile.objects.create(
        batch=held,
        name=storable(name)[-255:],
        file=staged,
        sha256=reader.hexdigest(),
        size_bytes=reader.size,
        upload=upload,
        offset=offset,
        total_bytes=total_bytes,
    )
    if offset == 0:
        audit.record(actor=by, action="import.add_file", obj=held, after={"parts_of_bytes": total_bytes})
    return received + reader.size, True
