"""Ophthalmic photographs as DICOM files, made by the tests."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

OPHTHALMIC = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
SECRET = "Doe^Jane^1950"


def dicom_file(
    pixels: np.ndarray, *, syntax: str = ExplicitVRLittleEndian, encoded: bytes | None = None, **elements: Any
) -> bytes:
    """A file of uint8 or uint16 pixels, (H, W) or (H, W, 3), with a person's details to be dropped."""
    colors = pixels.ndim == 3
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = UID(syntax)
    found.file_meta.MediaStorageSOPClassUID = UID(elements.get("SOPClassUID", OPHTHALMIC))
    found.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    found.SOPClassUID = OPHTHALMIC
    found.PatientName, found.PatientID, found.PatientBirthDate = SECRET, SECRET, "19500501"
    found.InstitutionName, found.OperatorsName, found.DeviceSerialNumber = SECRET, SECRET, SECRET
    found.StudyDate, found.AcquisitionDateTime = "20240401", "20240331093000.000"
    found.ImageLaterality = "R"
    found.Manufacturer, found.ManufacturerModelName = "Topcon", "TRC-NW400"
    found.Rows, found.Columns = pixels.shape[:2]
    found.SamplesPerPixel = 3 if colors else 1
    found.PhotometricInterpretation = "RGB" if colors else "MONOCHROME2"
    if colors:
        found.PlanarConfiguration = 0
    bits = 8 * pixels.dtype.itemsize
    found.BitsAllocated, found.BitsStored, found.HighBit, found.PixelRepresentation = bits, bits, bits - 1, 0
    found.PixelData = encapsulate([encoded]) if encoded is not None else pixels.tobytes()
    for name, value in elements.items():
        setattr(found, name, value)
    stream = io.BytesIO()
    found.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def jpeg(pixels: np.ndarray, *, kind: str = "JPEG", **options: Any) -> bytes:
    """The pixels compressed by Pillow, for encapsulation."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()
