"""Tells how much of the sample patients' drawn lesions the champions found."""

from dataclasses import asdict
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from inference.services.sample_scores import SYNTHETIC, SampleScores, score_samples
from inference.states import ModelTask


class Command(ReportingCommand):
    """Print the champions' Dice against the known masks of the synthetic patients."""

    help = "Tell how much of the sample patients' drawn lesions the champions found. They are synthetic."

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Compare what was said already; nothing is predicted here."""
        project = find_project(options["project"])
        scores = score_samples(project=project)
        names = dict(project.lesion_classes.values_list("code", "name"))
        for line in in_words(scores, names):
            self.stdout.write(line)
        waiting = {task.value: scores.images - done for task, done in scores.scored.items()}
        return {
            "synthetic": True,
            "images": scores.images,
            "waiting": waiting,
            "lesions": {code: score.to_json() for code, score in scores.lesions.items()},
            "dr": asdict(scores.dr),
        }, bool(waiting) and not any(waiting.values())


def in_words(scores: SampleScores, names: dict[str, str]) -> list[str]:
    """A line for each lesion class, one for the decision, and what they are worth."""
    if not scores.images:
        return ["There are no sample patients here."]
    lines = []
    for task in ModelTask:
        done = scores.scored.get(task)
        if done is None:
            lines.append(f"{task.label}: no champion.")
        elif done < scores.images:
            lines.append(f"{task.label}: {scores.images - done} of {scores.images} sample images wait.")
    for code, score in scores.lesions.items():
        dice = "-" if score.dice is None else f"{score.dice:.2f}"
        lines.append(f"{names.get(code, code)}: Dice {dice}, drawn into {score.images_with} images.")
    dr = scores.dr
    if dr.with_dr or dr.without_dr:
        lines.append(
            f"DR: {dr.called_dr} of {dr.with_dr} images with drawn lesions were called DR, "
            f"{dr.called_no_dr} of {dr.without_dr} without were called no DR."
        )
    return [*lines, SYNTHETIC]
