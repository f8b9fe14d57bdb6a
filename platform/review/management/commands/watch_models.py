"""`manage.py watch_models`: what signed reviews and their own scores say of the models, as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from core.errors import DomainError
from inference.models import ModelVersion
from inference.selectors.model_versions import model_named
from inference.states import ModelState
from review.models import ModelAlarm
from review.selectors.watch import limits_of_site, watch
from review.services.watch_alarms import check_champions
from review.services.watch_report import detail_json


class Command(BaseCommand):
    """Looks at the champions first, so that alarms are those of now."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add which models and how many weeks."""
        parser.add_argument("--model", action="append", default=[], help="a model's id; champions by default")
        parser.add_argument("--weeks", type=int, help="the last so many weeks, the running one included")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one JSON object: `models` and the `alarms` that have not ended."""
        limits = limits_of_site()
        weeks = options["weeks"] or limits.weeks
        if not 1 <= weeks <= 104:
            raise CommandError("Use 1 to 104 weeks.")
        try:
            named = [model_named(project=None, name=name) for name in options["model"]]
        except DomainError as error:
            raise CommandError(f"{error} {error.remedy}") from error
        check_champions()
        champions = ModelVersion.objects.filter(state=ModelState.CHAMPION).order_by("project", "task")
        models = named or list(champions)
        watched = watch(models, weeks=weeks, limits=limits)
        alarms = ModelAlarm.objects.filter(model__in=models, ended_at=None).order_by("pk")
        told = {
            "models": [detail_json(one, weeks=weeks) for one in watched],
            "alarms": list(
                alarms.values("id", "model", "kind", "score", "value", "limit", "acknowledged_at")
            ),
        }
        self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder))
