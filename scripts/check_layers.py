#!/usr/bin/env python3
"""Fails when a folder of src/ includes what it may not, or when a file has grown too long.

    scripts/check_layers.py [ROOT]        the tree to check; default: this repository
    scripts/check_layers.py --self-test   puts one breach of each rule into a copy and expects it seen

The tables below are the rule; README.md shows them to people. Data flows one way: nothing may
include who comes after it.
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

# Folder of src/: folders that it may include. What those may include is allowed with them.
LAYERS = {
    "base": [],
    "kernels": [],
    "weights": ["base"],
    "nn": ["base", "kernels", "weights"],
    "dicom": ["base"],
    "study": ["dicom"],
    "image": ["study", "dicom"],
    "gate": ["study", "image", "dicom"],
    "preprocess": ["image"],
    "cuda": ["nn"],
    "vision": ["nn"],
    "projector": ["nn"],
    "decoder": ["nn"],
    "tokenizer": ["base"],
    "assistant": ["vision", "projector", "decoder", "tokenizer", "preprocess", "study",
                  "recognition"],
    "findings": ["base"],
    "report": ["base"],
    "wording": ["findings"],
    "recognition": ["findings", "report", "wording"],
    "writers": ["report", "dicom"],
    "pipeline": ["study", "image", "gate", "preprocess", "report", "writers"],
    "train": ["assistant", "image", "findings"],
    "evaluate": ["findings", "report"],
    "radex": ["study", "gate", "findings", "report", "wording"],
    "bench": ["assistant"],
    "quantize": ["assistant", "findings"],
    "commands": ["pipeline", "train", "bench", "quantize", "evaluate", "radex"],
}

# One header of a folder that others may include without the rest of it. Such a header must not
# lead to libtorch by any path.
DOORS = {"assistant/assistant.h": ["pipeline"]}

# Files directly in src/.
MAIN_MAY_INCLUDE = ["commands", "base"]

# Other people's headers: pattern, name, and the folders or files of src/ that may include them.
LIBRARIES = [
    (r"(ATen|torch|c10|caffe2)/", "libtorch",
     ["nn", "cuda", "vision", "projector", "decoder", "assistant", "train", "bench", "quantize"]),
    (r"((ATen|c10)/cuda/|cuda)", "CUDA", ["cuda"]),
    (r"(spdlog|fmt)/", "spdlog and fmt", ["base/log.cc"]),
    (r"openssl/", "OpenSSL", ["base"]),
    (r"dcmtk/", "DCMTK", ["dicom", "study", "image"]),
    (r"(opencv2/(imgcodecs|highgui|videoio|opencv)|opencv4/)",
     "OpenCV beyond core and imgproc (it reads files, through GDAL)", []),
    (r"opencv2/", "OpenCV", ["image", "preprocess", "train"]),
    (r"(png|turbojpeg|jpeglib|openjpeg)\.h", "image codecs", ["image"]),
    (r"zip\.h", "libzip", ["dicom"]),
    (r"(sentencepiece|google/protobuf/)", "sentencepiece", ["tokenizer"]),
    (r"pcre2\.h", "PCRE2", ["tokenizer/regular_expression.cc"]),
    (r"libstemmer", "libstemmer", ["evaluate"]),
    (r"kainjow/|mustache", "Mustache", ["writers", "radex"]),
    (r"re2/", "RE2", ["radex"]),
    (r"httplib", "cpp-httplib", ["radex"]),
    (r"CLI/", "CLI11", ["commands"]),
    (r"(gtest|gmock|valijson)/", "test libraries", []),
]

SOURCES = {".h", ".cc"}
LONG_FILE, TOO_LONG_FILE = 400, 500
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TORCH = re.compile(LIBRARIES[0][0])


def includes(path):
    """(line number, quoted by < or ", header) of each include directive."""
    with open(path, encoding="utf-8") as text:
        for number, line in enumerate(text, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)


def closure(layers):
    """Each folder with all that it may include, itself too."""
    reached = {}

    def visit(folder, path):
        if folder in path:
            sys.exit("check_layers: the table has a circle: " + " -> ".join([*path, folder]))
        if folder not in reached:
            reached[folder] = {folder}.union(
                *(visit(below, [*path, folder]) for below in layers[folder]))
        return reached[folder]

    for folder in layers:
        visit(folder, [])
    return reached


def library_breach(header, relative):
    for pattern, name, allowed in LIBRARIES:
        if re.match(pattern, header):
            folder = relative.split("/")[0]
            if folder in allowed or relative in allowed:
                return None
            return f"{name} is for {' '.join(allowed) or 'nobody'} only"
    return None


def torch_path(source, header, seen=()):
    """The chain of includes by which a header of src/ leads to libtorch, or None."""
    path = source / header
    if header in seen or not path.is_file():
        return None
    for _, _, next_header in includes(path):
        if TORCH.match(next_header):
            return [header, next_header]
        chain = torch_path(source, next_header, (*seen, header))
        if chain:
            return [header, *chain]
    return None


def check_file(source, path, allowed):
    """Breaches in one file as (line, text)."""
    relative = path.relative_to(source).as_posix()
    folder = relative.split("/")[0] if "/" in relative else None
    may = allowed[folder] if folder else set(MAIN_MAY_INCLUDE)
    for number, _, header in includes(path):
        target = header.split("/")[0] if "/" in header else None
        if header.startswith(("./", "../")) or (target is None and (path.parent / header).is_file()):
            yield number, f'"{header}": write the path from src/ on, as "folder/file.h"'
        elif target in allowed and (source / header).exists():
            doors = header in DOORS and folder in DOORS[header]
            if target not in may and not doors:
                yield number, (f'"{header}": {folder or "src/" + relative} may include '
                               f'{" ".join(sorted(may - {folder})) or "no other folder"}')
        else:
            breach = library_breach(header, relative)
            if breach:
                yield number, f"<{header}>: {breach}"


def check_cmake(source, allowed):
    """Breaches in the dependencies that src/CMakeLists.txt declares, as (line, text)."""
    lists = source / "CMakeLists.txt"
    if not lists.is_file():
        return
    text = lists.read_text(encoding="utf-8")
    for call in re.finditer(r"^\s*slava_library\((\w+)([^)]*)\)", text, re.MULTILINE):
        folder, arguments = call.group(1), call.group(2)
        line = text[:call.start(1)].count("\n") + 1
        dependencies = re.search(r"DEPS((?:\s+[a-z_]+)+)", arguments)
        for dependency in (dependencies.group(1).split() if dependencies else []):
            if folder in allowed and dependency not in allowed[folder]:
                yield line, f"slava_library({folder}) links {dependency}, which it may not include"


def check(root):
    """All breaches as lines of text, and warnings."""
    source = root / "src"
    allowed = closure(LAYERS)
    breaches, warnings, files = [], [], 0
    for folder in sorted(p.name for p in source.iterdir() if p.is_dir()):
        if folder not in LAYERS:
            breaches.append(f"src/{folder}: this folder is not in the table of {__file__}")
    for path in sorted(p for p in source.rglob("*") if p.suffix in SOURCES):
        relative = path.relative_to(source)
        if len(relative.parts) > 1 and relative.parts[0] not in LAYERS:
            continue
        files += 1
        for line, text in check_file(source, path, allowed):
            breaches.append(f"src/{relative}:{line}: {text}")
        with open(path, encoding="utf-8") as text:
            length = sum(1 for _ in text)
        if length > TOO_LONG_FILE:
            breaches.append(f"src/{relative}:{length}: {length} lines; a file is a concept, split "
                            f"it at about {LONG_FILE} (never above {TOO_LONG_FILE})")
        elif length > LONG_FILE:
            warnings.append(f"src/{relative}:{length}: {length} lines, split it at about {LONG_FILE}")
    for header in DOORS:
        chain = torch_path(source, header)
        if chain:
            breaches.append(f"src/{header}: must not lead to libtorch: {' -> '.join(chain)}")
    for line, text in check_cmake(source, allowed):
        breaches.append(f"src/CMakeLists.txt:{line}: {text}")
    return breaches, warnings, files


# A breach to plant: file below src/, what to add to it, and what the check must then say about it.
PLANTED = [
    ("base/planted.h", '#include "dicom/planted.h"\n', r"src/base/planted\.h:1: .*no other folder"),
    ("study/planted.cc", '\n#include "image/planted.h"\n', r"src/study/planted\.cc:2: .*base dicom"),
    ("vision/planted.h", '#include "decoder/planted.h"\n', r"vision/planted\.h:1: .*base kernels nn"),
    ("pipeline/planted.h", '#include "assistant/planted.h"\n', r"pipeline/planted\.h:1: "),
    ("report/planted.cc", "#include <ATen/ATen.h>\n", r"report/planted\.cc:1: .*libtorch is for"),
    ("nn/planted.cc", "#  include <spdlog/spdlog.h>\n", r"nn/planted\.cc:1: .*spdlog"),
    ("commands/planted.cc", "#include <dcmtk/config/osconfig.h>\n", r"commands/planted\.cc:1: .*DCMTK"),
    ("image/planted.cc", "#include <opencv2/imgcodecs.hpp>\n", r"image/planted\.cc:1: .*nobody"),
    ("image/planted2.cc", '#include "planted.h"\n', r"image/planted2\.cc:1: .*from src/ on"),
    ("dicom/planted.cc", "// a line\n" * (TOO_LONG_FILE + 1), r"dicom/planted\.cc:501: 501 lines"),
    ("newcomer/planted.cc", "int x;\n", r"src/newcomer: .*not in the table"),
    ("preprocess/preprocess.h", "#include <torch/torch.h>\n", r"assistant\.h: must not lead to"),
    ("planted_main.cc", '#include "train/planted.h"\n', r"src/planted_main\.cc:1: "),
    ("CMakeLists.txt", "slava_library(dicom DEPS study)\n", r"CMakeLists\.txt:\d+: .*links study"),
]


def self_test(root):
    """Each rule must be able to fail: a copy of the sources with one breach each."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text, expected in PLANTED:
            copy = pathlib.Path(folder) / "src"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(root / "src", copy)
            for layer in LAYERS:  # so that the planted includes lead to a file
                (copy / layer).mkdir(exist_ok=True)
                (copy / layer / "planted.h").touch()
            before = set(check(copy.parent)[0])
            (copy / name).parent.mkdir(exist_ok=True)
            with open(copy / name, "a", encoding="utf-8") as sink:
                sink.write(text)
            new = set(check(copy.parent)[0]) - before
            if not any(re.search(expected, breach) for breach in new):
                failures += 1
                print(f"check_layers: planted {name!r}, expected /{expected}/, got {sorted(new)}",
                      file=sys.stderr)
    print(f"check_layers: self-test: {len(PLANTED) - failures} of {len(PLANTED)} planted breaches seen")
    return failures == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", nargs="?", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return 0 if self_test(arguments.root) else 1
    breaches, warnings, files = check(arguments.root)
    for warning in warnings:
        print(f"check_layers: warning: {warning}", file=sys.stderr)
    for breach in breaches:
        print(f"check_layers: error: {breach}", file=sys.stderr)
    print(f"check_layers: {files} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
