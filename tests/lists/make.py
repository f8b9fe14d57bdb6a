"""Makes the whole world, part after part."""

from collections.abc import Callable

from django.apps import apps
from django.db import connection

from tests.lists.labelling import make_labels, make_traffic
from tests.lists.reviewing import make_alarms, make_models, make_predictions, make_reviews
from tests.lists.rows import go_on_counting
from tests.lists.world import Size, World, make_jobs, make_patients, make_people

APPS = ("accounts", "core", "annotations", "inference", "review")


def make_world(size: Size, *, tell: Callable[[str], None] = lambda part: None) -> World:
    """Fill empty tables; `tell` hears of each part before it is made."""
    world = World(size)
    tell("people, jobs and the audit log")
    make_people(world)
    make_jobs(world)
    make_traffic(world)
    tell("patients and images")
    make_patients(world)
    tell("readings and regions")
    readings = make_labels(world)
    tell("models and datasets")
    make_models(world, readings)
    tell("predictions and decisions")
    make_predictions(world)
    tell("reviews")
    make_reviews(world)
    make_alarms(world)
    go_on_counting(model for app in APPS for model in apps.get_app_config(app).get_models())
    with connection.cursor() as cursor:  # what the database does by itself, but later
        can_vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if can_vacuum else "ANALYZE")
    return world
