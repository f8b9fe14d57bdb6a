"""The jobs page tells what runs and who works; a training is cancelled from its page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.browser import wait_for_job
from tests.e2e.conftest import PageOf, People
from tests.e2e.live import LiveFovea


@pytest.fixture
def no_training_left(fovea: LiveFovea) -> Iterator[None]:
    """Cancel what a test leaves running."""
    yield
    for state in ("queued", "running"):
        for job in fovea.get(f"/api/jobs/?state={state}")["results"]:
            fovea.api("admin").ask(f"/api/jobs/{job['id']}/cancel/", {})


def test_the_jobs_page_shows_workers_broker_and_disk(page_of: PageOf) -> None:
    page = page_of("admin", "/jobs")

    for name in ("short@", "train@", "scheduler@"):
        expect(page.get_by_text(re.compile(f"^{name}"))).to_be_visible()
    expect(page.get_by_text(re.compile("alive")).first).to_be_visible()
    expect(page.get_by_text("Reachable")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d GB free of \d+ GB"))).to_be_visible()


def test_a_started_job_is_listed_with_who_asked_for_it(people: People, fovea: LiveFovea) -> None:
    page = people.page("admin", "/training")
    page.get_by_role("button", name="Build masks").click()
    wait_for_job(page, within_s=120)

    page.goto("/jobs")

    row = page.get_by_role("row").filter(has_text="Building masks").first
    expect(row).to_contain_text("Succeeded")
    expect(row).to_contain_text("admin")


def test_a_training_is_cancelled_from_its_page(
    people: People, fovea: LiveFovea, no_training_left: None
) -> None:
    page = people.page("admin", "/training")
    address = steps.start_training(page, task="DR classifier", preset="Quick ResNet-50")
    expect(page.locator("[data-job-state=running]")).to_be_visible(timeout=90_000)

    page.get_by_role("button", name="Cancel").click()

    wait_for_job(page, within_s=30, state="cancelled")
    run = fovea.get(f"/api/training-runs/{address.rsplit('/', 1)[-1]}/")
    assert run["model"] is None
    expect(page.get_by_role("link", name="Open the model")).to_have_count(0)
