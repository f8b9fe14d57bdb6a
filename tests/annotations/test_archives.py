"""Zip archives: what is inside goes in; one that could do harm is refused as a whole, with the reason."""

import errno
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.models import FundusImage, Import, LabelSet, Patient, Project
from annotations.services.data_in.archives import BadArchive, Caps, unpack
from annotations.services.stored_pictures import StorageFull
from annotations.states import ImportState
from tests.annotations.conftest import run_command

SMALL = Caps(entries=20, member_bytes=3_000_000, total_bytes=5_000_000, ratio=50, small_bytes=10_000)


def zip_of(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def link() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("photo.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def with_flag(data: bytes, flag: int) -> bytes:
    """Set a flag in the local header and in the directory, as encrypting tools do."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.index(mark) + at
        struct.pack_into("<H", changed, start, flag)
    return bytes(changed)


def lying(data: bytes) -> bytes:
    """Say that a member is small, whatever comes out of it."""
    changed = bytearray(data)
    struct.pack_into("<L", changed, data.index(b"PK\x01\x02") + 24, 100)
    return bytes(changed)


def overlapping() -> bytes:
    """Many members that all read the same bytes, as in the better bombs."""
    first = zip_of({"a.jpg": bytes(2_000_000)})
    at = first.index(b"PK\x01\x02")
    end = first.index(b"PK\x05\x06")
    entry = first[at:end]
    directory = b"".join(entry[:-5] + b"%c.jpg" % (97 + number) for number in range(10))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, len(directory), at, 0)
    return first[:at] + directory + tail


def twice(name: str) -> bytes:
    """Two members of one name, which zipfile warns of."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, b"x")
            archive.writestr(name, b"y")
    return stream.getvalue()


def bad_utf8() -> bytes:
    """A name that says it is UTF-8 and is not."""
    return with_flag(zip_of({"aaa.jpg": b"x"}), 0x800).replace(b"aaa.jpg", b"\xff\xfe\xfd.jpg")


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "leads out": (lambda: zip_of({"../../evil.jpg": b"x"}), "leads out of the archive"),
    "leads out with backslashes": (lambda: zip_of({"..\\..\\evil.jpg": b"x"}), "leads out of the archive"),
    "absolute": (lambda: zip_of({"/etc/cron.d/evil": b"x"}), "absolute path"),
    "absolute on Windows": (lambda: zip_of({"C:\\evil.jpg": b"x"}), "absolute path"),
    "link": (link, "a link or a device"),
    "encrypted": (lambda: with_flag(zip_of({"a.jpg": b"x"}), 1), "is encrypted"),
    "nested": (lambda: zip_of({"inner.zip": zip_of({"a.jpg": b"x"})}), "an archive within the archive"),
    "nested and renamed": (
        lambda: zip_of({"inner.jpg": zip_of({"a": b"x"})}),
        "an archive within the archive",
    ),
    "bomb": (lambda: zip_of({"bomb.bmp": bytes(2_900_000)}), "grow more than 50 times"),
    "large in all": (
        lambda: zip_of({f"{n}.bmp": bytes(1_000_000) for n in range(6)}, method=zipfile.ZIP_STORED),
        "would take more than",
    ),
    "one large": (lambda: zip_of({"a.bmp": bytes(4_000_000)}, method=zipfile.ZIP_STORED), "would take more"),
    "many": (lambda: zip_of({f"{n}.jpg": b"x" for n in range(30)}), "30 files; 20 are the most"),
    "unusual method": (lambda: zip_of({"a.jpg": b"x"}, method=zipfile.ZIP_LZMA), "isn't read here"),
    "members that share bytes": (overlapping, "grow more than 50 times"),
    "one name twice": (lambda: twice("a.jpg"), "'a.jpg' is in it twice"),
    "one name twice, composed otherwise": (
        lambda: zip_of({"\u00e9.jpg": b"x", "e\u0301.jpg": b"y"}),
        "is in it twice",
    ),
    "a file and a folder": (
        lambda: zip_of({"a": b"x", "a-.jpg": b"z", "a/b.jpg": b"y"}),
        "'a' is a file and a folder",
    ),
    "a folder and a file": (lambda: zip_of({"a/b/c.jpg": b"y", "a": b"x"}), "'a' is a file and a folder"),
    "a name too long for a disk": (lambda: zip_of({"\u00e9" * 150 + ".jpg": b"x"}), "more than 255 bytes"),
    "a folder too long for a disk": (lambda: zip_of({"a" * 256 + "/b.jpg": b"x"}), "more than 255 bytes"),
    "a name that is no UTF-8": (bad_utf8, "damaged or no zip archive"),
    "lies about its size": (lambda: lying(zip_of({"a.jpg": bytes(5_000)})), "damaged or no zip archive"),
    "cut": (lambda: zip_of({"a.jpg": b"x" * 900})[:-40], "damaged or no zip archive"),
    "no archive": (lambda: b"PK but no more", "damaged or no zip archive"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_archive_is_refused_with_the_reason_and_leaves_nothing(what: str, tmp_path: Path) -> None:
    make, reason = HOSTILE[what]
    archive, folder = tmp_path / "hospital.zip", tmp_path / "unpacked"
    archive.write_bytes(make())
    folder.mkdir()

    with pytest.raises(BadArchive) as refused:
        unpack(archive, title="hospital.zip", into=folder, progress=lambda *_: None, caps=SMALL)

    assert reason in refused.value.message
    assert refused.value.remedy
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} - {"hospital.zip"} <= {
        "a.jpg", "b.jpg", "inner.jpg",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 10_000


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    archive.write_bytes(bytes(1000) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 4_000_000_000, 0, 0))

    with pytest.raises(BadArchive, match="are the most"):
        unpack(archive, title="x.zip", into=tmp_path, progress=lambda *_: None)


END = b"PK\x05\x06"
LARGE_END = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, 60_000_000, 0)
SMALL_END = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, 60, 0)
LOCATOR = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)


def end_record(*, directory: int, at: int = 0, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2LH", END, 0, 0, 9, 9, directory, at, len(comment)) + comment


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(
            end_record(directory=int.from_bytes(END, "little")), id="a size that reads like a record"
        ),
        pytest.param(
            end_record(directory=60_000_000, at=int.from_bytes(END, "little")), id="so does the place"
        ),
        pytest.param(LARGE_END + LOCATOR + end_record(directory=60), id="a large archive's own record"),
        pytest.param(
            LARGE_END
            + struct.pack("<4sL4sLL", b"PK\x06\x07", 0, b"PK\x06\x06", 0, 1)
            + end_record(directory=60, comment=bytes(60)),
            id="another such record in the locator",
        ),
        pytest.param(SMALL_END + bytes(20) + end_record(directory=60_000_000), id="one without a locator"),
        pytest.param(end_record(directory=60_000_000, comment=b"hello"), id="a comment"),
    ],
)
def test_no_trick_hides_a_large_directory(tail: bytes, tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    archive.write_bytes(bytes(1000) + tail)

    with pytest.raises(BadArchive, match="are the most"):
        unpack(archive, title="x.zip", into=tmp_path, progress=lambda *_: None)


def test_a_full_disk_is_not_the_archives_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, folder = tmp_path / "x.zip", tmp_path / "unpacked"
    archive.write_bytes(zip_of({"a.jpg": b"x"}))
    folder.mkdir()

    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(StorageFull):
        unpack(archive, title="x.zip", into=folder, progress=lambda *_: None)


def test_what_systems_add_is_left_out_and_folders_are_kept(tmp_path: Path) -> None:
    archive, folder = tmp_path / "x.zip", tmp_path / "unpacked"
    archive.write_bytes(
        zip_of({"a/1.jpg": b"1", "b\\1.jpg": b"2", "__MACOSX/a/._1.jpg": b"3", "a/.DS_Store": b"4"})
    )
    folder.mkdir()

    assert unpack(archive, title="x.zip", into=folder, progress=lambda *_: None) == 2
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg")) == ["a/1.jpg", "b/1.jpg"]


@pytest.mark.django_db
def test_the_command_takes_an_archive_with_its_labels(
    project: Project, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "all.zip"
    members = {f"study/{path.name}": path.read_bytes() for path in pictures.rglob("*") if path.is_file()}
    archive.write_bytes(zip_of({**members, "study/labels.csv": b"file,patient,label\na.jpg,P1,dr\n"}))

    status, report = run_command(capsys, "import_images", str(archive))

    assert (status, report["images_added"], report["labels_added"]) == (0, 3, 1)
    assert LabelSet.objects.get().image.exam.patient.code == "P1"
    assert set(FundusImage.objects.values_list("source_name", flat=True)) == {"a.jpg", "b.png", "c.tif"}


@pytest.mark.django_db
def test_the_command_says_why_it_refuses_an_archive(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "evil.zip"
    archive.write_bytes(zip_of({"../evil.jpg": b"x"}))

    status, report = run_command(capsys, "import_images", str(archive))

    (problem,) = report["problems"]
    assert (status, problem["code"]) == (1, "bad_archive")
    assert "'../evil.jpg' leads out of the archive" in problem["message"]
    assert not Patient.objects.exists()
    assert not Import.objects.filter(state=ImportState.SUCCEEDED).exists()
