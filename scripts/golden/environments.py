"""Python environments of the reference implementations: made here, pinned, one folder each."""

import pathlib
import subprocess
import sys

import pinned_python

SCRIPTS = pathlib.Path(__file__).resolve().parents[1]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH = "torch==2.13.0"
# `fused` is upstream SLaVA-CXR's own transformers: the last one with Phi's fused query_key_value.
# No environment has torchvision, so that pictures go through PIL as they did upstream.
PINS = {
    "fused": ["transformers==4.36.2", "tokenizers==0.15.2", "numpy==1.26.4", "protobuf==4.25.8",
              "sentencepiece==0.2.3", "safetensors==0.8.0", "pillow==13.0.0"],
    "current": ["transformers==5.24.0", "tokenizers==0.23.3", "numpy==2.4.6", "protobuf==7.36.2",
                "sentencepiece==0.2.3", "safetensors==0.8.0", "pillow==13.0.0"],
}


def _install(folder, torch, *pins):
    """torch's CPU build from where it is to be had, then the rest."""
    found = (pinned_python.pip(folder, torch + "+cpu") or
             pinned_python.pip(folder, torch + "+cpu", "--extra-index-url", CPU_INDEX) or
             pinned_python.pip(folder, torch))
    return found and pinned_python.pip(folder, *pins)


def python_of(name, work):
    """The interpreter of environment `name` under the folder `work`, made when it is missing."""
    return pinned_python.python_of(work / f"python-{name}", [TORCH, *PINS[name]], _install)


def run(name, work, module, *arguments):
    """Runs scripts/golden/`module`.py in the environment; its failure ends this program."""
    # No import path of the caller leaks in, and no progress bars come out.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(SCRIPTS), "HF_HUB_OFFLINE": "1",
                   "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1",
                   "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "HOME": str(work)}
    done = subprocess.run([python_of(name, work), "-m", f"golden.{module}", *map(str, arguments)],
                          env=environment)
    if done.returncode != 0:
        sys.exit(f"make_golden: golden.{module} failed in the environment {name}")
