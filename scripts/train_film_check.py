#!/usr/bin/env python3
"""Fits the pixel check of src/gate: which kind of picture is it, and is it a chest film at all?

    scripts/train_film_check.py --data ../shared/data/iu-xray [--dicom ../shared/data/dicom]

Writes src/gate/film_check.json (the weights), tests/golden/film_check/golden.json (what they say of drawn pictures) and
tests/gate/confusion.md (the confusion tables, which it prints too). The features are those of
src/gate/film_features.cc; the golden file holds both to the same numbers. Fails when more than 1% of the frontal films
of `val` are refused.

Chest films are the `train` and `extra` studies of IU X-ray; `val` measures. Everything else is made from the files that
the Python packages pydicom, scikit-image and scikit-learn ship, and from drawn pictures. These sources are few, so they
are measured by cross-validation in which all pictures made of one source lie in one fold.

The script makes its own Python environment under .deps.
"""

import argparse
import pathlib
import sys

import pinned_python

ROOT = pathlib.Path(__file__).resolve().parent.parent
REQUIREMENTS = ["numpy==2.4.6", "scikit-learn==1.9.1", "scikit-image==0.26.0", "scipy==1.17.1", "pydicom==3.0.2",
                "pyjpegls==1.5.1", "pillow==13.0.0", "opencv-python-headless==5.0.0.93"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of IU X-ray with studies.jsonl")
    parser.add_argument("--samples", type=pathlib.Path, default=ROOT / "models" / "samples")
    parser.add_argument("--dicom", type=pathlib.Path, help="folder of real chest films that must pass")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not (arguments.data / "studies.jsonl").is_file():
        parser.error(f"{arguments.data / 'studies.jsonl'}: no such file")
    pinned_python.enter(pinned_python.DEPS / "film-check", REQUIREMENTS)
    from film_check import fit
    return fit.run(ROOT, arguments)


if __name__ == "__main__":
    sys.exit(main())
