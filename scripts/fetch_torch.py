#!/usr/bin/env python3
"""Unpacks libtorch (headers and the CPU libraries) out of the torch wheel into a folder.

    scripts/fetch_torch.py DIR

Nothing is installed and no Python package is imported: pip only downloads. The CPU wheel is
preferred; where no index offers one, the plain wheel serves, together with those NVIDIA libraries
that libtorch_cpu.so itself needs to load. DIR appears at once or not at all; a wheel that was
downloaded before an interruption is used again.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

VERSION = "2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
MACHINE = os.uname().machine
MARKER = "VERSION"

# Which wheel carries a library, by the beginning of the library's name. The plain torch wheel pins
# them one by one, or through the extras of the package cuda-toolkit.
NVIDIA_WHEELS = {
    "libcublas": "nvidia-cublas",
    "libcudart": "nvidia-cuda-runtime",
    "libcudnn": "nvidia-cudnn",
    "libcufft": "nvidia-cufft",
    "libcufile": "nvidia-cufile",
    "libcupti": "nvidia-cuda-cupti",
    "libcurand": "nvidia-curand",
    "libcusolver": "nvidia-cusolver",
    "libcusparseLt": "nvidia-cusparselt",
    "libcusparse": "nvidia-cusparse",
    "libnccl": "nvidia-nccl",
    "libnvJitLink": "nvidia-nvjitlink",
    "libnvrtc": "nvidia-cuda-nvrtc",
    "libnvshmem": "nvidia-nvshmem",
    "libnvToolsExt": "nvidia-nvtx",
}
# What every Linux machine brings; anything else has to lie beside libtorch_cpu.so.
SYSTEM_LIBRARIES = re.compile(
    r"^(ld-linux.*|lib(c|m|dl|rt|util|pthread|gcc_s|stdc\+\+)\.so\.\d+|linux-vdso.*)$")


def say(text):
    print(f"fetch_torch: {text}", file=sys.stderr, flush=True)


def pip_python():
    """A Python that has pip; any version does, because it only downloads."""
    for python in (sys.executable, "/usr/bin/python3"):
        probe = subprocess.run([python, "-m", "pip", "--version"], capture_output=True)
        if probe.returncode == 0:
            return python
    sys.exit("fetch_torch: no Python with pip found; expected `python3 -m pip` to work. "
             "Install the Debian package python3-pip.")


def pip_download(folder, requirement, *options):
    """The wheel that pip downloaded for the requirement, or None and what pip said."""
    before = set(folder.glob("*.whl"))
    command = [pip_python(), "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
               "--disable-pip-version-check", "--progress-bar", "off", "-d", str(folder), *options,
               requirement]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        errors = [line for line in run.stdout.splitlines() if "ERROR" in line]
        return None, (errors or run.stdout.splitlines() or ["no message"])[-1].strip()
    new = set(folder.glob("*.whl")) - before
    if not new:
        name = requirement.split("=")[0].replace("-", "_")
        new = {wheel for wheel in before if wheel.name.startswith(name + "-")}
    return max(new, key=lambda wheel: wheel.stat().st_mtime), ""


def is_whole(wheel):
    try:
        with zipfile.ZipFile(wheel) as archive:
            return any(name == "torch/lib/libtorch_cpu.so" for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def torch_wheel(folder):
    for wheel in sorted(folder.glob(f"torch-{VERSION}*.whl")):
        if is_whole(wheel):
            say(f"using {wheel.name}, which was downloaded before")
            return wheel
        wheel.unlink()
    # The wheel's Python tag means nothing to us, but an index sorts by it.
    pythons = dict.fromkeys(["3.11", f"{sys.version_info.major}.{sys.version_info.minor}"])
    attempts = [
        (f"torch=={VERSION}+cpu", []),
        (f"torch=={VERSION}+cpu",
         ["--extra-index-url", CPU_INDEX, "--retries", "1", "--timeout", "20"]),
        (f"torch=={VERSION}", []),
    ]
    failures = []
    for requirement, options in attempts:
        for python in pythons:
            say(f"asking pip for {requirement} (Python {python}) {' '.join(options[:2])}".rstrip())
            wheel, failure = pip_download(
                folder, requirement, "--implementation", "cp", "--python-version", python,
                "--platform", f"manylinux_2_28_{MACHINE}", *options)
            if wheel and is_whole(wheel):
                return wheel
            failures.append(f"  {requirement} (Python {python}): {failure or 'not a torch wheel'}")
    sys.exit("fetch_torch: pip found no torch wheel:\n" + "\n".join(failures) +
             "\nCheck the network and pip's index settings (`pip config list`), or set "
             "SLAVA_TORCH_DIR to a folder with libtorch's include/ and lib/.")


def needed(library):
    """Names of the shared libraries that this one asks the loader for."""
    text = subprocess.run(["readelf", "-d", str(library)], check=True, capture_output=True,
                          text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    return re.findall(r"\(NEEDED\)\s+Shared library: \[([^\]]+)\]", text)


def extract(archive, member, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def pinned_version(metadata, package, folder):
    """Version of an NVIDIA wheel as torch's own metadata pins it: a requirement for pip."""
    pins = re.findall(r"^Requires-Dist: ([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*\(?([=<>~!][^;)\s]*)",
                      metadata, re.MULTILINE)
    for name, version in pins:
        if re.fullmatch(re.escape(package) + r"(-cu\d+)?", name):
            return f"{name}{version}"
    for name, version in pins:
        if name == "cuda-toolkit":
            wheel, failure = pip_download(folder, f"{name}{version}")
            if not wheel:
                sys.exit(f"fetch_torch: pip has no {name}{version}, which torch needs: {failure}")
            with zipfile.ZipFile(wheel) as archive:
                inner = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
                return pinned_version(archive.read(inner).decode(), package, folder)
    sys.exit(f"fetch_torch: torch's metadata does not pin {package}, which libtorch_cpu.so needs")


def fetch_nvidia(name, metadata, folder, lib):
    """Puts the library `name` out of its NVIDIA wheel beside libtorch_cpu.so."""
    package = next((NVIDIA_WHEELS[key] for key in sorted(NVIDIA_WHEELS, key=len, reverse=True)
                    if name.startswith(key)), None)
    if package is None:
        sys.exit(f"fetch_torch: libtorch_cpu.so needs {name}, and it is not known which wheel has "
                 "it; set SLAVA_TORCH_DIR to a libtorch that is complete")
    requirement = pinned_version(metadata, package, folder)
    say(f"{name} comes from {requirement}")
    wheel, failure = pip_download(folder, requirement)
    if not wheel:
        sys.exit(f"fetch_torch: pip has no {requirement}, which libtorch_cpu.so needs: {failure}")
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            if pathlib.PurePosixPath(member).name == name:
                extract(archive, member, lib / name)
                for text in archive.namelist():
                    if re.search(r"\.dist-info/(.*/)?(License|LICENSE)[^/]*$", text):
                        extract(archive, text, lib.parent / "licenses" / wheel.name.split("-")[0] /
                                pathlib.PurePosixPath(text).name)
                return
    sys.exit(f"fetch_torch: {wheel.name} has no {name}")


def unpack(wheel, folder, target):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        info = next(name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(info).decode()
        licenses = info.rpartition("/")[0] + "/"
        for name in names:
            if name.endswith("/"):
                continue
            if name.startswith("torch/include/"):
                extract(archive, name, target / name.removeprefix("torch/"))
            elif name.startswith(licenses) and re.search(r"LICEN[CS]E|NOTICE|COPYING", name):
                extract(archive, name, target / "licenses/torch" /
                        name.removeprefix(licenses).removeprefix("licenses/"))
        lib = target / "lib"
        waiting, done = ["libtorch_cpu.so", "libc10.so"], set()
        while waiting:
            library = waiting.pop()
            if library in done or SYSTEM_LIBRARIES.match(library):
                continue
            done.add(library)
            if f"torch/lib/{library}" in names:
                extract(archive, f"torch/lib/{library}", lib / library)
            else:
                fetch_nvidia(library, metadata, folder, lib)
            waiting += needed(lib / library)
    version = re.search(r"^Version: (\S+)", metadata, re.MULTILINE).group(1)
    (target / MARKER).write_text(version + "\n")
    return version, sorted(done)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder.resolve()
    marker = folder / MARKER
    if marker.exists() and marker.read_text().split("+")[0].strip() == VERSION:
        return
    downloads = folder.parent / "download"
    downloads.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(folder.name + ".partial-*"):
        shutil.rmtree(stale)
    wheel = torch_wheel(downloads)
    say(f"unpacking {wheel.name}")
    partial = pathlib.Path(tempfile.mkdtemp(prefix=folder.name + ".partial-", dir=folder.parent))
    partial.chmod(0o755)
    version, libraries = unpack(wheel, downloads, partial)
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)
    shutil.rmtree(downloads)
    say(f"libtorch {version} is in {folder} ({', '.join(libraries)})")


if __name__ == "__main__":
    main()
