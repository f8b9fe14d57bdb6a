"""Starts a training run, and waits for it when asked to."""

from argparse import ArgumentParser
from typing import Any

from accounts.models import User
from annotations.management.reporting import ReportingCommand, find_people, find_project
from core.states import JobState
from inference.management.settings_pairs import settings_from
from inference.management.waiting import wait_for_job
from inference.models import TrainingRun
from inference.services.training_runs import queue_training_run
from inference.states import ModelTask


class Command(ReportingCommand):
    """Freeze a dataset and train a model on it."""

    help = (
        "Freeze the labels at hand, split by patient, and train a preset. Queues the run; with --wait "
        "it stays until the run has ended: workers do it when there are any, else this process does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what to train and how."""
        super().add_arguments(parser)
        parser.add_argument("task", choices=ModelTask.values)
        parser.add_argument("--preset", required=True, metavar="NAME")
        parser.add_argument("--labels", default="", metavar="SOURCE", help="only label sets of this source")
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting of the preset"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--by", metavar="USER", help="who trains it: somebody else must promote it")
        parser.add_argument("--wait", action="store_true", help="stay until the run has ended")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Queue the run; wait for it."""
        people: list[User] = find_people([options["by"]] if options["by"] else None)
        run = queue_training_run(
            project=find_project(options["project"]),
            task=ModelTask(options["task"]),
            preset=options["preset"],
            labels=options["labels"],
            seed=options["seed"],
            settings=settings_from(options["set"]),
            by=people[0] if people else None,
        )
        self.stderr.write(f"run {run.pk} is queued")
        if not options["wait"]:
            return {"run": run.pk, "model": None, "metrics": {}, "state": JobState.QUEUED.value}, True
        if run.job is None:
            raise RuntimeError(f"run {run.pk} has no job")
        job = wait_for_job(run.job, say=self.stderr.write)
        run = TrainingRun.objects.get(pk=run.pk)
        report = {"run": run.pk, "model": run.model_id, "metrics": run.metrics, "state": job.state}
        if job.state != JobState.SUCCEEDED:
            self.stderr.write(f"{job.state}: {job.error_message} {job.error_remedy} [{job.error_code}]")
            problem = {"code": job.error_code, "message": job.error_message, "remedy": job.error_remedy}
            return {**report, "problems": [problem]}, False
        self.stdout.write(f"model {run.model_id}")
        return report, True
