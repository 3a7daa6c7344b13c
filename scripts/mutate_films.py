#!/usr/bin/env python3
"""Damage films and compare three readers; called by scripts/mutate_films.sh, which see.

  scripts/mutate_films.py CHECK_FILMS [--count N] [--seed N] [--real FOLDER] [--keep FOLDER]
"""

import argparse
import collections
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import warnings

from make_film_golden import enter_venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Elements that decide about the pixels, as group and element.
TAGS = {"Rows": (0x28, 0x10), "Columns": (0x28, 0x11), "BitsAllocated": (0x28, 0x100),
        "BitsStored": (0x28, 0x101), "HighBit": (0x28, 0x102),
        "PixelRepresentation": (0x28, 0x103), "SamplesPerPixel": (0x28, 0x02)}


def truncated(data, draw):
    return data[: draw.randrange(100, len(data))]


def bits_flipped(data, draw):
    data = bytearray(data)
    for _ in range(draw.choice([1, 2, 5, 20])):
        data[draw.randrange(132, len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def pixels_flipped(data, draw):
    at = max(data.rfind(b"\xe0\x7f\x10\x00"), data.rfind(b"\x7f\xe0\x00\x10"), 132)
    data = bytearray(data)
    for _ in range(draw.choice([1, 3, 10])):
        data[draw.randrange(at, len(data))] ^= 1 << draw.randrange(8)
    return bytes(data)


def tags_swapped(data, draw):
    """Two elements change their tags, or one takes another value."""
    big = b"1.2.840.10008.1.2.2\0" in data[:400]
    order = ">" if big else "<"
    places = {name: data.find(struct.pack(order + "HH", *tag), 132) for name, tag in TAGS.items()}
    places = {name: at for name, at in places.items() if at > 0}
    if len(places) < 2:
        return bits_flipped(data, draw)
    one, two = draw.sample(sorted(places), 2)
    data = bytearray(data)
    if draw.random() < 0.5:
        a, b = places[one], places[two]
        data[a:a + 4], data[b:b + 4] = data[b:b + 4], data[a:a + 4]
    else:
        value = draw.choice([0, 1, 3, 7, 8, 12, 16, 17, 32, 33, 36, 255, 65535])
        data[places[one] + 8:places[one] + 10] = struct.pack(order + "H", value)
    return bytes(data)


def part_repeated(data, draw):
    a, b = sorted(draw.randrange(132, len(data)) for _ in range(2))
    to = draw.randrange(132, len(data))
    return data[:to] + data[a:b] + data[to:]


MUTATIONS = [truncated, bits_flipped, pixels_flipped, tags_swapped, part_repeated]


def pydicom_reads(path):
    import pydicom
    from pydicom.pixels import pixel_array

    try:
        ds = pydicom.dcmread(path, force=True)
        # Without a meta header pydicom has to be told what DCMTK finds out.
        values = pixel_array(ds)
        return values.size >= int(ds.Rows) * int(ds.Columns)
    except Exception:  # noqa: BLE001  whatever it is, it refuses
        return False


def dcmtk_reads(path):
    """dcmj2pnm for what DCMTK decodes; it has no decoder for JPEG 2000."""
    with tempfile.NamedTemporaryFile(suffix=".pgm") as out:
        try:
            return subprocess.run(["dcmj2pnm", "+op", path, out.name], capture_output=True,
                                  timeout=30, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def main():
    enter_venv()
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check_films")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="where films that fail are copied")
    given = parser.parse_args()
    draw = random.Random(given.seed)
    films = sorted((ROOT / "tests/golden/films").glob("*.dcm"))
    films = [film for film in films if not film.name.startswith("window-")]
    if given.real:
        films += sorted(given.real.glob("*.dcm")) * 10
    draw.shuffle(films)

    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i in range(given.count):
            film, mutation = films[i % len(films)], MUTATIONS[i % len(MUTATIONS)]
            path = pathlib.Path(folder) / f"{i:05}.{mutation.__name__}.{film.name}"
            path.write_bytes(mutation(film.read_bytes(), draw))
            paths.append(str(path))
        done = subprocess.run([given.check_films], input="\n".join(paths) + "\n", text=True,
                              errors="replace", stdout=subprocess.PIPE, check=True)
        table = collections.defaultdict(collections.Counter)
        failures, slowest = [], 0.0
        for line in done.stdout.splitlines():
            path, outcome, seconds, _ = line.split("\t", 3)
            slowest = max(slowest, float(seconds))
            kind = pathlib.Path(path).name.split(".")[1]
            table[kind][outcome] += 1
            if outcome == "ok" and not dcmtk_reads(path) and not pydicom_reads(path):
                table[kind]["accepted alone"] += 1
                failures.append((path, "DCMTK and pydicom both refuse it"))
            elif outcome in ("crash", "slow"):
                failures.append((path, outcome))
        print(f"{sum(sum(row[k] for k in ('ok', 'refused', 'crash', 'slow')) for row in table.values())}"
              f" films, the slowest took {slowest:.2f} s")
        for kind, row in sorted(table.items()):
            print(f"  {kind}: " + ", ".join(f"{count} {what}" for what, count in row.items()))
        for path, why in failures:
            print(f"  {pathlib.Path(path).name}: {why}")
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                (given.keep / pathlib.Path(path).name).write_bytes(pathlib.Path(path).read_bytes())
        sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
