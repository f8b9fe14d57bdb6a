"""A real training whose worker is killed in the middle of an epoch."""

import time
from typing import Any

import pytest

from tests.processes.conftest import StartStack
from tests.processes.stack import RunningStack, wait_for

pytestmark = pytest.mark.processes

# A quick_unet that is quicker still: an epoch takes a few seconds, and little else takes any.
SETTINGS: dict[str, Any] = {
    "epochs": 3,
    "steps_per_epoch": 10,
    "side_px": 192,
    "crop_px": 96,
    "encoder_filters": [16, 32],
    "bottleneck_filters": 32,
    "decoder_filters": [32, 16],
}


def results(stack: RunningStack, path: str) -> list[dict[str, Any]]:
    status, answer = stack.client.ask(path)
    assert status == 200, answer
    rows: list[dict[str, Any]] = answer if isinstance(answer, list) else answer["results"]
    return rows


def epochs(stack: RunningStack, run: int) -> list[dict[str, Any]]:
    return results(stack, f"/api/training-runs/{run}/epochs/")


def test_a_training_whose_worker_is_killed_goes_on_and_ends_as_one_model(start_stack: StartStack) -> None:
    stack = start_stack(prepared="sampled", environment={"SAMPLES": "", "TRAINING_THREADS": "1"})
    stack.wait_until_ready()
    project = results(stack, "/api/projects/")[0]["id"]
    wanted = {"project": project, "task": "segmenter", "preset": "quick_unet", "settings": SETTINGS}
    status, run = stack.client.ask("/api/training-runs/", wanted)
    assert status in (201, 202), run

    job = run["job"]["id"]
    wait_for(lambda: epochs(stack, run["id"]), within_s=180, what="the first epoch")
    time.sleep(0.5)  # into the next
    stack.worker("train").kill()
    before = len(epochs(stack, run["id"]))

    wait_for(lambda: stack.job(job)["attempt"] == 2, within_s=90, what="the run is taken up again")
    stack.wait_for_state(job, "succeeded", within_s=240)

    points = epochs(stack, run["id"])
    assert [point["epoch"] for point in points] == list(range(1, SETTINGS["epochs"] + 1))
    assert [point["attempt"] for point in points[:before]] == [1] * before  # not trained again
    assert {point["attempt"] for point in points[before:]} == {2}
    models = results(stack, "/api/models/")
    assert len(models) == 1
    status, run = stack.client.ask(f"/api/training-runs/{run['id']}/")
    assert run["model"] == models[0]["id"]
