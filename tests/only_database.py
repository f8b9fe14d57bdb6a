"""A pytest plugin that keeps only the tests that touch the database: `pytest -p tests.only_database`.

The second run, on PostgreSQL, needs no other; nor those marked slow, whose time goes into models,
photographs, files or pages and not into the database.
"""

import pytest

FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep those that are marked `django_db` or use a fixture of the database, but for slow ones."""
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        wanted = touches_database(item) and item.get_closest_marker("slow") is None
        (kept if wanted else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept


def touches_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes tables."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & FIXTURES)
