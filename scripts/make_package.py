#!/usr/bin/env python3
"""Makes the package: program, libraries, data, licences, SBOM and checksums in one .tar.gz.

    scripts/make_package.py --program FILE --torch DIR --output DIR [--root DIR]

FILE is the program as it runs on this machine; the loader tells which libraries it takes here, and
those are packed. Called by scripts/package.sh. The same inputs give the same bytes.
"""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import time
import uuid

# Part of glibc: these belong to the machine and must not be carried elsewhere.
GLIBC = re.compile(r"^(linux-vdso|ld-linux.*|lib(c|m|mvec|dl|rt|util|pthread|resolv|anl))\.so")

# Header-only libraries that are compiled into the program; the loader does not know them.
COMPILED_IN = ["libcli11-dev", "libexpected-dev", "libkainjow-mustache-dev", "nlohmann-json3-dev"]

# Debian's short names of licences whose SPDX name is another.
SPDX = {
    "Apache-2.0": "Apache-2.0", "Apache-2": "Apache-2.0", "Expat": "MIT", "MIT": "MIT",
    "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSD-3-Clause": "BSD-3-Clause",
    "BSL-1.0": "BSL-1.0", "CC0-1.0": "CC0-1.0", "ISC": "ISC", "zlib": "Zlib", "Zlib": "Zlib",
    "LGPL-2.1+": "LGPL-2.1-or-later", "LGPL-2+": "LGPL-2.0-or-later", "libpng": "Libpng",
    "GPL-2+": "GPL-2.0-or-later", "GPL-3+": "GPL-3.0-or-later",
}


def stop(text):
    sys.exit(f"make_package: error: {text}")


def output_of(*command):
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return run.stdout if run.returncode == 0 else ""


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def copy(source, target, mode=0o644):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def copy_tree(source, target):
    # Guesses hold the words of somebody's reports: they stay where they were made.
    for path in sorted(p for p in source.rglob("*") if p.is_file() and p.name != "guesses.safetensors"):
        copy(path, target / path.relative_to(source))


def libraries_of(program):
    """Name and place of each shared library that the loader would take, glibc's apart."""
    libraries = {}
    for line in output_of("ldd", str(program)).splitlines():
        name = line.split()[0].rpartition("/")[2]
        if GLIBC.match(name):
            continue
        match = re.search(r"=> (/\S+)", line)
        if not match:
            stop(f"{program} needs {name}, and the loader does not find it here")
        libraries[name] = pathlib.Path(match.group(1)).resolve()
    if not libraries:
        stop(f"ldd finds no library of {program}; is it the program?")
    return libraries


def debian_package(path):
    """The Debian package that installed a file, or None."""
    names = [str(path)]
    names.append(names[0].removeprefix("/usr") if names[0].startswith("/usr/") else "/usr" + names[0])
    for name in names:
        found = output_of("dpkg-query", "-S", name).partition(": ")[0]
        if found:
            return found.split(",")[0].split(":")[0]
    return None


def one_licence(text):
    """The licence of a whole Debian package, where its copyright file names just one; else None.

    The file describes the source package, whose tools are often under another licence than its
    library: picking one of several would be a guess.
    """
    names = set()
    for stanza in re.split(r"\n\s*\n", text):
        files = re.search(r"^Files:\s*(\S.*)$", stanza, re.MULTILINE)
        licence = re.search(r"^License:[ \t]*(\S.*)$", stanza, re.MULTILINE)
        if files and licence and not files.group(1).startswith("debian/"):
            names.add(licence.group(1).strip())
    return names.pop() if len(names) == 1 else None


class Components:
    """Entries of the SBOM, and the licence texts that go with them."""

    def __init__(self, stage):
        self.stage = stage
        self.entries = {}

    def add_debian(self, package):
        if package in self.entries:
            return self.entries[package]
        version, source, architecture = output_of(
            "dpkg-query", "-W", "-f", "${Version}\t${source:Package}\t${Architecture}\n",
            package).splitlines()[0].split("\t")
        copyright_file = pathlib.Path("/usr/share/doc") / package / "copyright"
        if not copyright_file.is_file():
            stop(f"no {copyright_file}: the package would lack the licence of {package}")
        text = copyright_file.read_text(errors="replace")
        copy(copyright_file, self.stage / "licences" / package / "copyright")
        for common in re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.+-]*[A-Za-z0-9])", text):
            path = pathlib.Path("/usr/share/common-licenses") / common
            if path.is_file():
                copy(path, self.stage / "licences/common" / common)
        licence = one_licence(text)
        if (licence or "").startswith("GPL"):
            stop(f"{package} is under {licence}: the package could no longer be Apache-2.0")
        self.entries[package] = self.entry(
            package, version,
            f"pkg:deb/debian/{package}@{version.replace(':', '%3A').replace('+', '%2B')}"
            f"?arch={architecture}&distro=debian-12",
            licence)
        self.entries[package]["properties"] = [{"name": "debian:source", "value": source}]
        return self.entries[package]

    def add_torch(self, torch):
        name = "torch"
        if name not in self.entries:
            version = (torch / "VERSION").read_text().strip() if (torch / "VERSION").is_file() else (
                ".".join(re.findall(r"define TORCH_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)",
                                    (torch / "include/torch/headeronly/version.h").read_text())))
            licences = next((p for p in (torch / "licenses", *torch.parent.glob(
                "torch-*.dist-info/licenses")) if p.is_dir()), None)
            if licences is None:
                stop(f"no licences beside the libtorch in {torch}; use the one that scripts/setup.sh "
                     "fetches")
            copy_tree(licences, self.stage / "licences/torch")
            self.entries[name] = self.entry(
                name, version, f"pkg:pypi/torch@{version.replace('+', '%2B')}", "BSD-3-clause")
        return self.entries[name]

    def entry(self, name, version, purl, licence):
        spdx = SPDX.get(licence or "")
        choice = {"id": spdx} if spdx else {
            "name": licence or f"several, see licences/{name}/copyright"}
        return {"type": "library", "bom-ref": purl, "name": name, "version": version,
                "licenses": [{"license": choice}], "purl": purl, "components": []}


def file_entry(stage, path):
    name = path.relative_to(stage).as_posix()
    return {"type": "file", "bom-ref": f"file:{name}", "name": name,
            "hashes": [{"alg": "SHA-256", "content": sha256(path)}]}


def write_sbom(stage, version, date, components):
    packed = {file["name"] for entry in components.entries.values() for file in entry["components"]}
    files = [file_entry(stage, path) for path in sorted(stage.rglob("*"))
             if path.is_file() and path.relative_to(stage).as_posix() not in packed]
    libraries = [components.entries[name] for name in sorted(components.entries)]
    for library in libraries:
        library["components"].sort(key=lambda file: file["name"])
        if not library["components"]:
            del library["components"]
    starter = {"type": "machine-learning-model", "bom-ref": "model:starter", "name": "starter",
               "version": version, "description": "DEMONSTRATION MODEL, NOT FOR PATIENTS",
               "licenses": [{"license": {
                   "name": "see share/slava-cxr/models/starter/LICENSE (non-commercial research)"}}],
               "hashes": [{"alg": "SHA-256", "content": sha256(
                   stage / "share/slava-cxr/models/starter/model.safetensors")}]}
    program = f"pkg:generic/slava-cxr@{version}"
    sbom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date)),
            "component": {"type": "application", "bom-ref": program, "name": "slava-cxr",
                          "version": version, "purl": program,
                          "licenses": [{"license": {"id": "Apache-2.0"}}]},
        },
        "components": [*libraries, starter, *files],
        "dependencies": [{"ref": program, "dependsOn": [
            *(library["bom-ref"] for library in libraries), "model:starter"]}],
    }
    # The serial number names these contents, not this moment.
    content = json.dumps(sbom, sort_keys=True)
    sbom["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    (stage / "sbom.cdx.json").write_text(json.dumps(sbom, indent=1, sort_keys=True) + "\n")


def write_archive(stage, archive, date):
    def plain(info):
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = date
        info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
        return info

    partial = archive.with_suffix(".partial")
    with open(partial, "wb") as sink:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=sink, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
                tar.add(stage, stage.name, recursive=False, filter=plain)
                for path in sorted(stage.rglob("*")):
                    tar.add(path, f"{stage.name}/{path.relative_to(stage).as_posix()}",
                            recursive=False, filter=plain)
    os.replace(partial, archive)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=pathlib.Path, required=True, help="as built, for its libraries")
    parser.add_argument("--installed", type=pathlib.Path, required=True, help="as cmake --install left it")
    parser.add_argument("--torch", type=pathlib.Path, required=True, help="folder with libtorch's lib/")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder for the archive")
    parser.add_argument("--root", type=pathlib.Path, help="the repository, for models and texts",
                        default=pathlib.Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    root, torch = options.root, options.torch.resolve()

    version = re.search(r"project\(slava-cxr VERSION (\S+)",
                        (root / "CMakeLists.txt").read_text()).group(1)
    date = int(os.environ.get("SOURCE_DATE_EPOCH") or
               output_of("git", "-C", str(root), "log", "-1", "--format=%ct").strip() or
               (root / "CMakeLists.txt").stat().st_mtime)
    for path in ("models/starter/model.safetensors", "models/starter/config.json",
                 "models/starter/LICENSE", "models/samples"):
        if not (root / path).exists():
            stop(f"{root / path} is missing; the package would have no model or no samples")

    machine = os.uname().machine
    name = f"slava-cxr-{version}-linux-{machine}"
    stage = options.output / name
    shutil.rmtree(stage, ignore_errors=True)

    components = Components(stage)
    copy(options.installed, stage / "bin/slava-cxr", 0o755)
    for library, path in sorted(libraries_of(options.program).items()):
        copy(path, stage / "lib" / library)
        package = debian_package(path)
        if package is None and torch not in path.parents:
            stop(f"{path} belongs to no Debian package and is not libtorch's; its licence is unknown")
        entry = components.add_debian(package) if package else components.add_torch(torch)
        entry["components"].append(file_entry(stage, stage / "lib" / library))
    for package in COMPILED_IN:
        components.add_debian(package)

    share = stage / "share/slava-cxr"
    copy_tree(root / "models/starter", share / "models/starter")
    copy_tree(root / "models/samples", share / "models/samples")
    copy(root / "src/writers/report.schema.json", share / "report.schema.json")
    dictionary = next(iter(pathlib.Path("/usr/share").glob("libdcmtk*/dicom.dic")), None)
    if dictionary is None:
        stop("no /usr/share/libdcmtk*/dicom.dic, the data dictionary that DCMTK reads at run time")
    copy(dictionary, stage / "share/dcmtk/dicom.dic")
    copy(root / "LICENSE", stage / "LICENSE")
    copy(root / "scripts/package_launcher.sh", stage / "slava-cxr", 0o755)
    (stage / "README.txt").write_text((root / "scripts/package_readme.txt").read_text().format(
        version=version, machine=machine))

    write_sbom(stage, version, date, components)
    sums = [f"{sha256(path)}  {path.relative_to(stage).as_posix()}\n"
            for path in sorted(stage.rglob("*")) if path.is_file()]
    (stage / "SHA256SUMS").write_text("".join(sums))

    archive = options.output / f"{name}.tar.gz"
    write_archive(stage, archive, date)
    shutil.rmtree(stage)
    digest = sha256(archive)
    (options.output / f"{name}.tar.gz.sha256").write_text(f"{digest}  {archive.name}\n")
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB, {len(sums)} files, SHA-256 {digest}")


if __name__ == "__main__":
    main()
