"""A pytest plugin that keeps only the tests that touch the database: `pytest -p tests.only_database`.

The second run, on PostgreSQL, needs no other.
"""

import pytest

FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that neither are marked `django_db` nor use a fixture of the database."""
    kept = [item for item in items if touches_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def touches_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes tables."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & FIXTURES)
