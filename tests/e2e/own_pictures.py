"""Pictures that a test brings with it: imported as the page does, on the specialist's worklist."""

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from imaging.arrays import RgbImage
from imaging.phantom import draw_phantom
from imaging.phantom_files import write_samples
from imaging.shapes import Polygon
from tests.e2e.live import LiveFovea, unique
from tests.processes.stack import wait_for

PHANTOM_PATIENTS, PHANTOM_SIDE_PX = 4, 1000
AFTER_HEADER = 33  # bytes of a PNG's signature and first chunk
Box = tuple[int, int, int, int]  # x, y, width, height in px


def import_patients(fovea: LiveFovea, patients: dict[str, list[Path]]) -> list[dict[str, Any]]:
    """Send pictures (right eye, then left) by patient code as the import page does; returns the patients."""
    # Names of their own: a VIA file names the sample patients' pictures, and a name must fit one image.
    rows, pictures = ["file,patient,eye"], {}
    for code, files in patients.items():
        for path, eye in zip(files, ("OD", "OS"), strict=False):
            rows.append(f"{code}-{path.name},{code},{eye}")
            pictures[f"{code}-{path.name}"] = marked(path.read_bytes(), code)
    table = "\n".join(rows)
    project = fovea.get("/api/projects/")["results"][0]["id"]
    address = f"/api/imports/{fovea.post('/api/imports/', {'project': project, 'kind': 'images'})['id']}/"
    sent = fovea.api("admin").upload(f"{address}files/", {**pictures, "patients.csv": table.encode()})
    assert sent == 201, sent
    fovea.post(f"{address}start/", {})
    wait_for(lambda: fovea.get(address)["state"] != "started", within_s=60, what="imported")
    assert fovea.get(address)["report"]["images_added"] == len(pictures)
    return [fovea.get(f"/api/patients/?search={code}")["results"][0] for code in patients]


def marked(picture: bytes, word: str) -> bytes:
    """The same JPEG or PNG with a word in it: very bytes that are an image already would be skipped."""
    note = word.encode()
    if picture.startswith(b"\xff\xd8"):
        return picture[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + picture[2:]
    body = b"Comment\0" + note
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
    return picture[:AFTER_HEADER] + chunk + picture[AFTER_HEADER:]


def bring_in(fovea: LiveFovea, patients: dict[str, list[Path]]) -> list[dict[str, Any]]:
    """Import pictures (right eye, then left) by patient code and give them to the specialist to read."""
    found = import_patients(fovea, patients)
    fovea.set_rules(repeat_percent=0)  # no image comes back to be read again
    asked = {"users": [fovea.specialist_id()], "patients": [one["id"] for one in found]}
    fovea.post("/api/assignments/", asked)
    briefs = [brief for patient in found for brief in patient["images"]]
    return [fovea.get(f"/api/images/{brief['id']}/", by="specialist") for brief in briefs]


def bring_in_phantoms(fovea: LiveFovea, folder: Path, *, batch: int) -> list[dict[str, Any]]:
    """Import both eyes of four more phantoms for the specialist to read; each batch has others."""
    samples = write_samples(folder, count=PHANTOM_PATIENTS, seed=1000 + batch, side=PHANTOM_SIDE_PX)
    files = sorted(samples.images.glob("*.jpg"))
    pairs = (files[first : first + 2] for first in range(0, len(files), 2))
    return bring_in(fovea, {unique("MORE"): pair for pair in pairs})


def write_phantom(path: Path, *, side: int, seed: int) -> list[Polygon]:
    """Draw a phantom with DR into a file; returns its hemorrhages, the largest first."""
    phantom = draw_phantom(eye="OD", icdr_grade=3, seed=seed, side=side)
    write_rgb(path, phantom.rgb)
    return sorted(phantom.polygons["HE"], key=lambda polygon: -polygon.area())


def write_patches(path: Path, patches: dict[Box, tuple[int, int, int]], *, side: int) -> None:
    """Draw a grey eye with coloured rectangles (R, G, B) into a file."""
    eye = np.zeros((side, side, 3), np.uint8)
    cv2.circle(eye, (side // 2, side // 2), side * 47 // 100, (110, 110, 110), -1)
    texture = np.random.default_rng(1).integers(-12, 12, (side, side, 1))
    eye = np.asarray(np.clip(eye + (eye > 0) * texture, 0, 255), np.uint8)
    for (x, y, width, height), color in patches.items():
        eye[y : y + height, x : x + width] = color
    write_rgb(path, eye)


def write_rgb(path: Path, rgb: RgbImage) -> None:
    """Write a picture without loss."""
    assert cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)), path
