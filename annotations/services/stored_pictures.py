"""Clean copies on their way from the decoding child to the storage."""

import errno

from annotations.services.data_in.intake_pool import TakenFile
from annotations.services.files import store_bytes
from core.errors import DomainError


class StorageFull(DomainError):
    """The disk that keeps the images has no room left."""

    code = "storage_full"
    status = 507


def storage_full() -> StorageFull:
    """What to say then."""
    return StorageFull(
        "The disk is full: no more images can be stored.",
        remedy="Free some space and import the same files again; those that went in are skipped.",
    )


def store_clean_copy(found: TakenFile) -> str:
    """Keep a picture under its hash; gives its name. Raises StorageFull."""
    taken = found.taken
    try:
        name = f"images/{taken.sha256[:2]}/{taken.sha256}{taken.suffix}"
        return store_bytes(name, found.clean_copy.read_bytes())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise storage_full() from error
        raise
