#!/usr/bin/env python3
"""Synthetic chest radiographs: the two samples that ship, and a family for training.

  make_samples.py samples OUT_DIR                      two studies, PA and lateral, as DICOM DX
  make_samples.py family OUT_DIR --count N --seed S    random phantoms as PNG, with sentences

No patient's film, and nothing measured on one, goes in. Same arguments, same bytes, with the
versions in requirements-samples.txt.
"""

import argparse
import dataclasses
import json
import os
import struct
import sys
import uuid
import zlib

# One thread: the order of additions, and with it the last bit of a pixel, must not vary.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from thorax_phantom.anatomy import Thorax
from thorax_phantom.family import family_exposures, family_views, labels, random_thorax
from thorax_phantom.film import Exposure, View, film
from thorax_phantom.sentences import INDICATIONS, pick, sentences

SYNTHETIC = "SYNTHETIC PHANTOM - NOT A PATIENT"
NAMESPACE = uuid.UUID("6f1d2c52-5a0e-5a7c-9a43-6c0f5f1b7a10")

# The samples' seeds are out of reach of the family, whose seeds are SEED * 100000 + 1000 + n.
SAMPLE_SEEDS = (977, 983)
SAMPLES = {
    "normal-heart": Thorax(
        seed=SAMPLE_SEEDS[0], ctr=0.45, fat=14.0, lung_height=230.0, rib_slope=1.05
    ),
    "enlarged-heart": Thorax(
        seed=SAMPLE_SEEDS[1], ctr=0.60, fat=20.0, half_width=140.0, lung_height=218.0, aorta=1.1
    ),
}


# ---- the family --------------------------------------------------------------------------------


def plain_numbers(value):
    """Parameters as JSON takes them, rounded so that they can be read."""
    if isinstance(value, dict):
        return {k: plain_numbers(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_numbers(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 3)
    return value


def write_png(path, grey):
    """8-bit grey PNG."""
    rows, cols = grey.shape

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    raw = np.concatenate([np.zeros((rows, 1), np.uint8), grey], axis=1).tobytes()
    with open(path, "wb") as out:
        out.write(
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw, 6))
            + chunk(b"IEND", b"")
        )


def family_member(out_dir, seed, n):
    """Renders phantom `n` and returns its row of studies.jsonl."""
    own = seed * 100000 + 1000 + n
    rng = np.random.default_rng([own, 0])
    t, facts = random_thorax(rng, own)
    for sample in SAMPLES.values():
        if own == sample.seed or dataclasses.replace(t, seed=sample.seed) == sample:
            raise AssertionError(f"phantom {n} of seed {seed} is a sample that ships")
    study = f"PHANTOM-{seed}-{n}"
    images = []
    for view, exposure in zip(family_views(rng, t), family_exposures(rng)):
        grey, _ = film(t, view, exposure, fine_mm=1.3)
        name = f"images/{study}-{view.name}.png"
        write_png(os.path.join(out_dir, name), np.round(grey * 255.0).astype(np.uint8))
        images.append({"file": name, "view": "frontal" if view.name == "pa" else "lateral"})
    found, concluded = sentences(rng, t, facts)
    return {
        "study_id": study,
        "split": "phantom",
        "images": images,
        "indication": pick(rng, INDICATIONS),
        "comparison": "None.",
        "findings": found,
        "impression": concluded,
        "mesh": "normal" if labels(facts)["normal"] else "",
        "labels": labels(facts),
        "parameters": plain_numbers({**dataclasses.asdict(t), "facts": facts}),
    }


def family(out_dir, count, seed):
    os.makedirs(os.path.join(out_dir, "images"), exist_ok=True)
    rows = [json.dumps(family_member(out_dir, seed, n)) for n in range(1, count + 1)]
    with open(os.path.join(out_dir, "studies.jsonl"), "w", encoding="utf-8") as out:
        out.write("\n".join(rows) + "\n")


# ---- the samples -------------------------------------------------------------------------------

SPACING_MM = 0.45
SHIPPED_VIEWS = {
    # view: (rows, columns, left edge, upper edge in mm); collimated to the lungs, as good films are
    "pa": (820, 820, -0.5 * 820 * SPACING_MM, -58.0),
    "lateral": (820, 672, -0.5 * 672 * SPACING_MM, -56.0),
}
SHIPPED_EXPOSURES = {
    "pa": Exposure(quanta=1.6e5, blur_mm=0.35, light_tone=0.89),
    "lateral": Exposure(
        quanta=3e5,
        blur_mm=0.35,
        dark_tone=0.40,
        light_tone=0.84,
        compression=0.5,
        edge=0.4,
        scatter=0.6,
    ),
}
# Tones 0..1 become 12-bit values inside this window, as a console would store them.
WINDOW_LOW, WINDOW_WIDTH = 160, 3700


def uid(*words):
    """Always the same UID for the same words (PS3.5 annex B.2)."""
    return "2.25." + str(uuid.uuid5(NAMESPACE, "/".join(words)).int)


def code(value, meaning, scheme="SCT"):
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def dx_film(name, number, t, view, pixels):
    """A DX For Presentation object of one film."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import (
        DigitalXRayImageStorageForPresentation,
        ExplicitVRLittleEndian,
        JPEGLSLossless,
    )

    frontal = view == "pa"
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.DerivationDescription = SYNTHETIC + ": RENDERED FROM A PARAMETRIC THORAX"
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = uid(name, view)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(name), uid(name, view, "series")
    ds.FrameOfReferenceUID = uid(name, view, "frame")
    ds.PositionReferenceIndicator = ""
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20260102"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = f"1000{number:02d}"
    ds.AccessionNumber = f"SYN{number}"
    ds.Modality, ds.PresentationIntentType = "DX", "FOR PRESENTATION"
    ds.Manufacturer, ds.ManufacturerModelName = "slava-cxr", "make_samples.py"
    ds.DeviceSerialNumber, ds.SoftwareVersions = "0", "1"
    ds.InstitutionName, ds.ReferringPhysicianName = "", ""
    ds.StudyDescription = SYNTHETIC
    ds.SeriesDescription = f"CHEST {'PA' if frontal else 'LATERAL'} - {SYNTHETIC}"
    ds.ImageComments = SYNTHETIC
    ds.PatientName = f"SYNTHETIC^{name.upper()}"
    ds.PatientID = f"SYNTHETIC-{number}"
    ds.PatientBirthDate, ds.PatientSex = "", ""
    ds.PatientComments = SYNTHETIC
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = str(number), 1 if frontal else 2, 1
    ds.AcquisitionNumber = 1
    ds.ImageLaterality = "U"
    ds.BodyPartExamined = "CHEST"
    ds.AnatomicRegionSequence = [code("51185008", "Chest")]
    ds.ViewPosition = "PA" if frontal else "LL"
    view_code = (
        code("272479007", "postero-anterior") if frontal else code("399173006", "left lateral")
    )
    view_code.ViewModifierCodeSequence = []
    ds.ViewCodeSequence = [view_code]
    ds.PatientOrientation = ["L", "F"] if frontal else ["P", "F"]
    ds.PatientOrientationCodeSequence = [code("10904000", "erect")]
    ds.PositionerType = "NONE"
    ds.KVP = "120"
    ds.DistanceSourceToDetector = "1800"
    ds.ImagerPixelSpacing = [SPACING_MM, SPACING_MM]
    ds.DetectorType = "SCINTILLATOR"
    ds.DetectorConfiguration = "AREA"
    ds.DetectorDescription = SYNTHETIC
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.BurnedInAnnotation = "NO"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", -1
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    ds.WindowCenter = str(WINDOW_LOW + WINDOW_WIDTH // 2)
    ds.WindowWidth = str(WINDOW_WIDTH)
    ds.WindowCenterWidthExplanation = "NORMAL"
    ds.PresentationLUTShape = "IDENTITY"
    ds.LossyImageCompression = "00"
    ds.AcquisitionContextSequence = []
    ds.PixelData = pixels.astype("<u2").tobytes()
    ds["PixelData"].VR = "OW"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        ds.SOPClassUID,
        ds.SOPInstanceUID,
    )
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = (
        uid("make_samples"),
        "SLAVA_SAMPLES",
    )
    ds.file_meta = meta
    ds.compress(JPEGLSLossless, encoding_plugin="pyjpegls", generate_instance_uid=False)
    ds.preamble = b"\0" * 128
    return ds


def samples(out_dir):
    for number, (name, t) in enumerate(SAMPLES.items(), 1):
        os.makedirs(os.path.join(out_dir, name), exist_ok=True)
        for view, (rows, cols, left, upper) in SHIPPED_VIEWS.items():
            detector = View(view, rows, cols, SPACING_MM, SPACING_MM, left, upper)
            tones, _ = film(t, detector, SHIPPED_EXPOSURES[view], fine_mm=SPACING_MM)
            pixels = np.clip(np.round(WINDOW_LOW + WINDOW_WIDTH * tones), 0, 4095).astype(np.uint16)
            path = os.path.join(out_dir, name, f"{view}.dcm")
            dx_film(name, number, t, view, pixels).save_as(path, enforce_file_format=True)
            print(f"{path}: {os.path.getsize(path)} bytes")


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("samples", help="the two studies that ship, as DICOM")
    one.add_argument("out_dir")
    two = commands.add_parser("family", help="random phantoms with sentences, as PNG")
    two.add_argument("out_dir")
    two.add_argument("--count", type=int, default=250)
    two.add_argument("--seed", type=int, default=11)
    args = parser.parse_args(argv)
    if args.command == "samples":
        samples(args.out_dir)
    else:
        if args.count < 1 or args.seed < 1:
            parser.error(
                f"--count and --seed must be at least 1, found {args.count} and {args.seed}"
            )
        family(args.out_dir, args.count, args.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
