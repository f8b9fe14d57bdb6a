"""The spaces of the searches, and what Optuna makes of them; its studies are kept in memory here."""

from dataclasses import replace

import optuna
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from inference.ml.errors import InvalidSettings
from inference.ml.presets import settings_for
from inference.ml.resnet_settings import ResnetSettings
from inference.ml.search_presets import AUC, SEARCHES, Numbers, SearchPreset, search_preset_named
from inference.ml.search_study import SearchStudy
from inference.ml.unet_settings import UnetSettings

GRID, SPACE = SEARCHES["study_resnet50_grid"], SEARCHES["study_unet_space"]


def study_of(preset: SearchPreset, storage: InMemoryStorage, *, trials: int = 40) -> SearchStudy:
    return SearchStudy(storage=storage, name="one", preset=preset, seed=1, trials=trials, epochs=10)


@pytest.mark.parametrize("search", SEARCHES.values(), ids=lambda search: search.name)
def test_every_search_varies_settings_of_a_preset_that_validates(search: SearchPreset) -> None:
    corner = search.example(changes={})

    assert search.base.task == search.task
    assert corner.validation_fraction > 0
    assert 1 <= search.trials <= search.most_trials


def test_the_study_grid_has_its_forty_combinations_whichever_worker_asks() -> None:
    storage, taken, tried = InMemoryStorage(), set[int](), set()
    for _ in range(40):
        proposal = study_of(GRID, storage).propose(number=None, taken=taken)
        taken.add(proposal.number)
        settings = settings_for(GRID.base, GRID.settings(proposal.params, changes={}))
        assert isinstance(settings, ResnetSettings)
        tried.add((settings.learning_rate, settings.batch_size, settings.optimizer, settings.balancing))
        assert (settings.epochs, settings.momentum, settings.side_px) == (35, 0.9, 256)

    assert len(tried) == 40
    assert {one[0] for one in tried} == {1e-3, 1e-4}
    assert {one[1] for one in tried} == {8, 16}
    assert {one[2] for one in tried} == {"sgd", "adam"}
    assert len({one[3] for one in tried}) == 5


def test_what_the_study_space_proposes_lies_in_the_study_s_ranges() -> None:
    study = study_of(SPACE, InMemoryStorage())
    for number in range(5):
        proposal = study.propose(number=None, taken=range(number))
        settings = settings_for(SPACE.base, SPACE.settings(proposal.params, changes={}))
        assert isinstance(settings, UnetSettings)
        assert 32 <= settings.encoder_filters[0] <= 128 <= settings.encoder_filters[-1] <= 512
        assert 32 <= settings.decoder_filters[-1] <= 128 <= settings.decoder_filters[0] <= 512
        assert not any(filters % 32 for filters in (*settings.encoder_filters, *settings.decoder_filters))
        assert settings.bottleneck_filters in range(256, 1025, 64)
        assert 1e-4 <= settings.learning_rate <= 1e-2
        assert (settings.epochs in range(50, 101, 10), settings.batch_size) == (True, 8)


def test_a_proposal_that_nobody_wrote_down_is_made_again() -> None:
    storage = InMemoryStorage()
    first = study_of(SPACE, storage).propose(number=None, taken=())

    assert study_of(SPACE, storage).propose(number=None, taken=()) == first
    assert study_of(SPACE, storage).propose(number=None, taken={first.number}).number == 1


def test_a_failed_trial_is_tried_again_with_its_values() -> None:
    study = study_of(GRID, InMemoryStorage())
    first = study.propose(number=None, taken=())
    study.fail(first.number)

    again = study.propose(number=first.number, taken={first.number})

    assert (again.params, again.number) == (first.params, 1)


@pytest.mark.parametrize("preset", [GRID, SPACE], ids=["grid", "space"])
@pytest.mark.parametrize("died", ["before it asked", "before it wrote the number"])
def test_a_repeat_that_a_killed_worker_left_is_no_other_trial(preset: SearchPreset, died: str) -> None:
    storage = InMemoryStorage()
    study = study_of(preset, storage)
    first = study.propose(number=None, taken=())
    study.fail(first.number)
    shared = optuna.load_study(study_name="one", storage=storage)
    shared.enqueue_trial(first.params)
    if died == "before it wrote the number":
        shared.ask()

    other = study_of(preset, storage).propose(number=None, taken={first.number})
    again = study_of(preset, storage).propose(number=first.number, taken={first.number, other.number})

    assert (other.params != first.params, again.params) == (True, first.params)
    assert shared.trials[1].state == TrialState.FAIL


def test_a_grid_s_trial_without_its_place_is_not_offered() -> None:
    storage = InMemoryStorage()
    study = study_of(GRID, storage)
    storage.create_new_trial(storage.get_study_id_from_name("one"))  # and then the worker was killed

    tried = [study.propose(number=None, taken=range(1, 1 + before)) for before in range(40)]

    assert [one.number for one in tried] == list(range(1, 41))
    assert len({tuple(sorted(one.params.items())) for one in tried}) == 40
    assert storage.get_trial(0).state == TrialState.FAIL


def test_workers_do_not_begin_with_the_same_draws() -> None:
    storage = InMemoryStorage()
    proposals = [study_of(SPACE, storage).propose(number=None, taken=range(number)) for number in range(3)]

    assert len({proposal.params["learning_rate"] for proposal in proposals}) == 3


def test_what_is_worse_than_the_median_stops_after_the_warm_up() -> None:
    study = study_of(replace(SPACE, trials=5), InMemoryStorage(), trials=5)
    for number in range(4):
        study.propose(number=None, taken=range(number))
        assert not any(study.report(number, epoch=epoch, value=0.8) for epoch in range(1, 11))
        study.finish(number, value=0.8)
    last = study.propose(number=None, taken=range(4)).number

    assert [study.report(last, epoch=epoch, value=0.1) for epoch in (1, 2, 3)] == [False, False, True]
    assert study.report(last, epoch=3, value=0.1)  # told again by a worker that goes on


def test_the_grid_can_be_told_its_last_trial() -> None:
    quick = SEARCHES["quick_resnet50_grid"]
    study = study_of(quick, InMemoryStorage(), trials=9)
    for number in range(9):
        study.propose(number=None, taken=range(number))
        study.finish(number, value=0.5)
        study.finish(number, value=0.5)


def test_the_objective_is_the_mean_of_the_known_validation_figures() -> None:
    assert AUC.of({"validation_auc": 0.7, "validation_f1": 0.1, "train_loss": 3.0}) == 0.7
    assert AUC.of({"validation_DR_auc": 0.7, "validation_REF_auc": 0.9}) == pytest.approx(0.8)
    assert AUC.of({"validation_DR_auc": 0.7, "validation_REF_auc": None}) == 0.7
    assert AUC.of({"validation_auc": float("nan")}) is None


def test_settings_that_the_search_chooses_can_not_be_set() -> None:
    with pytest.raises(InvalidSettings, match="learning_rate"):
        GRID.example(changes={"learning_rate": 0.1})
    with pytest.raises(InvalidSettings, match="no segmenter search"):
        search_preset_named("study_resnet50_grid", task="segmenter")


def test_a_list_is_searched_place_by_place() -> None:
    places = tuple(Numbers(name=f"encoder_filters.{place}", low=8, high=16, step=8) for place in (1, 2))
    search = replace(SPACE, dimensions=places)

    together = search.settings({"encoder_filters.1": 8, "encoder_filters.2": 16}, changes={"side_px": 128,
        "decoder_filters": [16, 8]})  # fmt: skip

    assert together["encoder_filters"] == [8, 16]
