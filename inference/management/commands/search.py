"""Starts a search for better settings, and waits for it when asked to."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import User
from annotations.management.reporting import ReportingCommand, find_people, find_project
from core.models import Job
from core.states import JobState
from inference.management.settings_pairs import settings_from
from inference.management.waiting import wait_for_job
from inference.ml.search_presets import SEARCHES
from inference.models import Search
from inference.selectors.searches import best_trial, state_of, trials_of
from inference.services.searches import ACTIVE, continue_searches, queue_search
from inference.states import ModelTask, SearchState


class Command(ReportingCommand):
    """Try many settings of one training preset."""

    help = (
        "Freeze the labels at hand and train one trial after the other; validation images judge them. Queues "
        "the search; with --wait it stays until it has ended: workers do the trials when there are any, else "
        "this process does. Searches: " + ", ".join(SEARCHES) + "."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what to search and how."""
        super().add_arguments(parser)
        parser.add_argument("task", choices=ModelTask.values)
        parser.add_argument("--preset", required=True, metavar="NAME")
        parser.add_argument("--trials", type=int, metavar="N", help="the preset's number without")
        parser.add_argument("--labels", default="", metavar="SOURCE", help="only label sets of this source")
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting in all trials"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--by", metavar="USER", help="who searches")
        parser.add_argument("--wait", action="store_true", help="stay until the search has ended")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Queue the search; wait for it."""
        people: list[User] = find_people([options["by"]] if options["by"] else None)
        search = queue_search(
            project=find_project(options["project"]),
            task=ModelTask(options["task"]),
            preset=options["preset"],
            trials=options["trials"],
            labels=options["labels"],
            seed=options["seed"],
            settings=settings_from(options["set"]),
            by=people[0] if people else None,
        )
        self.stderr.write(f"search {search.pk} is queued")
        if not options["wait"]:
            return _report(search), True
        while state_of(search) == SearchState.RUNNING:
            if (job := _next_job(search)) is None:
                continue_searches()
            else:
                wait_for_job(job, say=self.stderr.write)
        report = _report(search)
        if best := report["best"]:
            self.stdout.write(f"best: trial {best['trial']} with {best['value']:.4f}: {best['params']}")
        for problem in report["problems"]:
            self.stderr.write(f"trial {problem['trial']} failed: {problem['message']} [{problem['code']}]")
        return report, report["state"] == SearchState.FINISHED and not report["problems"]


def _next_job(search: Search) -> Job | None:
    """The trial to wait for: a running one before the one that waits for it."""
    jobs = Job.objects.filter(training_run__trial__search=search, state__in=ACTIVE)
    return jobs.order_by("-state", "created_at").first()


def _report(search: Search) -> dict[str, Any]:
    best = best_trial(search)
    failed = trials_of(search).filter(run__job__state=JobState.FAILED)
    return {
        "search": search.pk,
        "state": state_of(search),
        "best": best
        and {"trial": best.number, "run": best.run_id, "value": best.value, "params": best.params},
        "problems": [
            {
                "trial": trial.number,
                "code": job.error_code,
                "message": job.error_message,
                "remedy": job.error_remedy,
            }
            for trial in failed
            if (job := trial.run.job) is not None
        ],
    }
