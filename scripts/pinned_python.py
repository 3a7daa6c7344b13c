"""Python environments with pinned packages, made on first use and again when the pins change.

For scripts that record what other implementations compute; slava-cxr itself needs no Python.
"""

import os
import pathlib
import shutil
import subprocess
import sys

DEPS = pathlib.Path(__file__).resolve().parent.parent / ".deps"


def pip(folder, *arguments):
    """Whether pip could install that into the environment `folder`."""
    return subprocess.run([folder / "bin/pip", "install", "--quiet", *arguments],
                          stdout=sys.stderr).returncode == 0


def python_of(folder, pins, install=pip):
    """The interpreter of the environment `folder` with the packages `pins`.

    `install(folder, *pins)` puts them in and tells whether it could; pip does unless told otherwise.
    """
    wanted = "\n".join(pins) + "\n"
    made = folder / "pins.txt"
    if made.exists() and made.read_text() == wanted:
        return folder / "bin/python"
    print(f"making the Python environment {folder}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    if not install(folder, *pins):
        sys.exit(f"{folder}: pip could not install {' '.join(pins)} for {sys.executable}")
    made.write_text(wanted)
    return folder / "bin/python"


def enter(folder, pins):
    """Starts the running script again in the environment, unless it runs there already."""
    if pathlib.Path(sys.prefix).resolve() == folder.resolve():
        return
    python = python_of(folder, pins)
    os.execv(python, [python, *sys.argv])
