"""Settings of the tests: a data folder of their own, a fast hasher, no broker.

SQLite by default. To run the database-touching tests on PostgreSQL, give its address:
`DATABASE_URL=postgres://… pytest tests/core tests/accounts tests/annotations tests/inference
-m "not processes and not e2e and not slow"`.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="fovea-test-")
_owner = os.getpid()
os.environ["DATA_DIR"] = _folder
os.environ.pop("STORAGE_URL", None)
os.environ.pop("REDIS_URL", None)


@atexit.register
def _remove_data_folder() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(_folder, ignore_errors=True)


from config.settings.base import *  # noqa: E402, F403
from config.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES  # noqa: E402

SECRET_KEY = "only for tests: " + "x" * 50
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLISH_JOBS = False
VIEWINGS_BEHIND = False
JOB_HEARTBEAT = False  # its thread can't see the rows of a test's open transaction
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    key: value for key, value in CELERY_BROKER_TRANSPORT_OPTIONS.items() if key == "visibility_timeout"
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
