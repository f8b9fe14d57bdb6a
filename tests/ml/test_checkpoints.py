"""Checkpoints survive damage and outdated attempts; changed models are refused."""

from pathlib import Path

import pytest

from inference.ml.checkpoints import BackgroundSaver, CheckpointFolder, write_durably
from inference.ml.errors import ChangedModel, StaleAttempt, UnusableData
from inference.ml.model_store import load_model, write_model
from tests.ml.models import red_segmenter


def _folder(path: Path, *, attempt: int = 1, fingerprint: str = "run") -> CheckpointFolder:
    return CheckpointFolder(path, attempt=attempt, fingerprint=fingerprint)


def test_the_next_attempt_goes_on_from_the_furthest_epoch(tmp_path: Path) -> None:
    first = _folder(tmp_path)
    for epoch in (1, 2, 3):
        first.save(f"state {epoch}".encode(), epoch=epoch, history=[{"epoch": epoch}])

    found = _folder(tmp_path, attempt=2).newest()

    assert found is not None
    assert (found.epoch, found.content, found.history) == (3, b"state 3", [{"epoch": 3}])


def test_quick_epochs_share_a_checkpoint_and_every_epoch_is_told_in_order(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    told: list[int] = []
    saved: list[str] = []

    def state() -> bytes:
        saved.append("state")
        return b"state"

    with BackgroundSaver(folder, epochs=4, saved=lambda record: told.append(record["epoch"])) as saver:
        for epoch in (1, 2, 3, 4):
            saver.epoch_done(state, history=[{"epoch": epoch}])

    found = folder.newest()
    assert (len(saved), told) == (2, [1, 2, 3, 4])  # the first, and the last
    assert found is not None and found.epoch == 4


def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.save(b"whole", epoch=1, history=[])
    folder.save(b"damaged later", epoch=2, history=[]).write_bytes(b"dam")

    found = folder.newest()

    assert found is not None
    assert found.epoch == 1


def test_a_resumed_training_tells_the_figures_of_the_state_it_goes_on_from(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.save(b"whole", epoch=1, history=[{"epoch": 1, "metrics": {"train_loss": 0.5}}])
    folder.save(b"lost", epoch=2, history=[{"epoch": 2, "metrics": {}}]).write_bytes(b"los")

    found = folder.newest()

    assert found is not None
    assert found.resumed(initialisation="random") == {
        "event": "resumed",
        "epoch": 1,
        "initialisation": "random",
        "record": {"epoch": 1, "metrics": {"train_loss": 0.5}},
    }


def test_a_checkpoint_without_its_note_was_never_finished(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.save(b"state", epoch=1, history=[]).with_suffix(".json").unlink()

    assert folder.newest() is None


def test_an_outdated_attempt_can_write_nothing_any_more(tmp_path: Path) -> None:
    outdated = _folder(tmp_path, attempt=1)
    current = _folder(tmp_path, attempt=2)
    current.save(b"current", epoch=1, history=[])

    with pytest.raises(StaleAttempt):
        outdated.save(b"outdated", epoch=5, history=[])
    with pytest.raises(StaleAttempt), outdated.publishing():
        pass
    with pytest.raises(StaleAttempt):
        _folder(tmp_path, attempt=1)
    found = current.newest()
    assert found is not None and found.content == b"current"


def test_checkpoints_of_other_settings_are_ignored(tmp_path: Path) -> None:
    _folder(tmp_path).save(b"state", epoch=1, history=[])

    assert _folder(tmp_path, attempt=2, fingerprint="other").newest() is None


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    for epoch in range(1, 6):
        folder.save(b"state", epoch=epoch, history=[])

    assert sorted(path.name for path in tmp_path.glob("*.ckpt")) == [
        "epoch-0004.attempt-1.ckpt",
        "epoch-0005.attempt-1.ckpt",
    ]


def test_a_model_version_is_loaded_by_its_id(tmp_path: Path) -> None:
    model = red_segmenter()
    identifier = write_model(tmp_path, onnx=model.onnx, card=model.card)

    assert load_model(tmp_path, expected_id=identifier).card == model.card


@pytest.mark.parametrize("name", ["model.onnx", "card.json"])
def test_a_changed_model_is_refused_before_it_is_loaded(tmp_path: Path, name: str) -> None:
    model = red_segmenter()
    identifier = write_model(tmp_path, onnx=model.onnx, card=model.card)
    path = tmp_path / name
    path.write_bytes(path.read_bytes().replace(b"softmax", b"softmin"))

    with pytest.raises(ChangedModel, match=str(tmp_path)) as refusal:
        load_model(tmp_path, expected_id=identifier)

    assert refusal.value.code == "changed_model"
    assert refusal.value.remedy


def test_a_kill_between_two_files_never_leaves_the_earlier_model_s_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = red_segmenter()
    write_model(tmp_path, onnx=model.onnx, card=model.card)
    write = write_durably

    def killed_after_the_network(path: Path, content: bytes) -> None:
        write(path, content)
        raise KeyboardInterrupt

    monkeypatch.setattr("inference.ml.model_store.write_durably", killed_after_the_network)
    with pytest.raises(KeyboardInterrupt):
        write_model(tmp_path, onnx=b"another network", card=model.card)

    with pytest.raises(UnusableData):
        load_model(tmp_path)


def test_what_a_killed_attempt_wrote_in_part_is_cleared_away(tmp_path: Path) -> None:
    _folder(tmp_path)
    (tmp_path / ".epoch-0001.attempt-1.ckpt.77.tmp").write_bytes(b"half")

    _folder(tmp_path, attempt=2)

    assert not list(tmp_path.glob(".*.tmp"))


def test_a_card_written_in_another_style_keeps_its_id(tmp_path: Path) -> None:
    model = red_segmenter()
    identifier = write_model(tmp_path, onnx=model.onnx, card=model.card)
    card = tmp_path / "card.json"
    card.write_text(card.read_text().replace("\n", " "))

    assert load_model(tmp_path, expected_id=identifier).id == identifier


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableData, match=r"model\.onnx"):
        load_model(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"")
    (tmp_path / "card.json").write_text('{"task": "segmenter"}')
    with pytest.raises(UnusableData, match="thresholds"):
        load_model(tmp_path)
