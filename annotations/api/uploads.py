"""Uploads that stop at a limit while they come in, so that nobody can fill the disk with one request."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

SLACK_BYTES = 1 << 20


class LimitedUpload(FileUploadHandler):
    """Counts a request's file bytes and stops reading beyond the limit."""

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__()
        self._left = max_bytes + SLACK_BYTES
        self.exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count a block and pass it on; raises StopUpload."""
        self._left -= len(raw_data)
        if self._left < 0:
            self.exceeded = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the next handler."""
        return None
