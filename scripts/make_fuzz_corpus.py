#!/usr/bin/env python3
"""Write the drawn files that fuzzing starts from: tests/fuzz/corpus/{film,picture,zip,manifest}.

  scripts/make_fuzz_corpus.py tests/fuzz/corpus

Films of every transfer syntax are in tests/golden/films; here are the forms that those do not have.
Needs the Debian package dcmtk for JPEG.
"""

import io
import pathlib
import struct
import subprocess
import sys
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden/films"


def png(width, height, depth, colour, interlace=0, extra=b""):
    def chunk(kind, body):
        return (struct.pack(">I", len(body)) + kind + body +
                struct.pack(">I", zlib.crc32(kind + body)))

    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = (width * channels * depth + 7) // 8
    rows = b"".join(b"\0" + bytes((x * 3 + y) % 256 if colour != 3 else x % 4 for x in range(row))
                    for y in range(height))
    palette = chunk(b"PLTE", bytes(range(0, 48)) if colour == 3 else b"") if colour == 3 else b""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + extra +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def jpeg(film, *options):
    out = ROOT / "build" / "corpus.jpg"
    out.parent.mkdir(exist_ok=True)
    subprocess.run(["dcmj2pnm", "+oj", *options, GOLDEN / film, out], check=True)
    return out.read_bytes()


def archive(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for name, body in files.items():
            zipped.writestr(zipfile.ZipInfo(name), body, method)
    return out.getvalue()


def nested(levels):
    meta = b"\x02\x00\x10\x00UI" + struct.pack("<H", 20) + b"1.2.840.10008.1.2.1\0"
    meta = b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", len(meta)) + meta
    level = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return b"\0" * 128 + b"DICM" + meta + level * levels


def corpus():
    explicit = (GOLDEN / "explicit-2-12.dcm").read_bytes()
    implicit = (GOLDEN / "implicit-2-12.dcm").read_bytes()
    deflated = (GOLDEN / "deflated-2-12.dcm").read_bytes()
    yield "film/no-preamble", implicit[132:]
    yield "film/no-preamble-explicit", explicit[132:]
    yield "film/cut-deflated", deflated[: len(deflated) // 2]
    yield "film/cut-deflated-by-one", deflated[:-1]
    yield "film/cut-explicit", explicit[:-100]
    yield "film/nested-200", nested(200)
    yield "film/nested-4000", nested(4000)
    yield "film/magic-alone", b"\0" * 128 + b"DICM"
    for name, size in {"a": 2, "b": 8, "c": 16}.items():
        yield f"picture/grey-{size}-{name}.png", png(9, 7, size if size != 2 else 2, 0)
    yield "picture/rgb.png", png(5, 4, 8, 2)
    yield "picture/rgba-16.png", png(5, 4, 16, 6)
    yield "picture/grey-alpha.png", png(5, 4, 8, 4)
    yield "picture/palette.png", png(6, 5, 8, 3)
    yield "picture/claims-much.png", png(60000, 1, 16, 6)[:200]
    yield "picture/cut.png", png(9, 7, 8, 0)[:-20]
    whole = jpeg("explicit-2-8.dcm")
    yield "picture/grey.jpg", whole
    yield "picture/cut.jpg", whole[: len(whole) * 2 // 3]
    yield "picture/colour.jpg", jpeg("explicit-rgb-8.dcm")
    yield "zip/films.zip", archive({"IMAGES/IM1": explicit[:1200], "README": b"text"})
    yield "zip/stored.zip", archive({"a.png": png(5, 4, 8, 0)}, zipfile.ZIP_STORED)
    yield "zip/names.zip", archive({"../up": b"x", "/abs": b"x", "a/../../b": b"x", "ok": b"x"})
    yield "zip/empty.zip", archive({})
    yield "zip/swells.zip", archive({"zeros": bytes(1 << 20)})
    yield "zip/cut.zip", archive({"a": b"x" * 100})[:-10]
    yield "manifest/list.csv", b"study_id,image,view,indication\ns1,a.png,PA,\"cough, fever\"\n"
    yield "manifest/quotes.csv", b"study_id,image\n\"s\"\"1\",\"a\nb.png\"\n"
    yield "manifest/list.jsonl", b'{"study_id":"s1","image":"a.png","view":"lateral"}\n'
    yield ("manifest/study.jsonl",
           b'{"study_id":"s1","images":[{"file":"a.png","view":"PA"}],"indication":"cough"}\n')
    yield "manifest/deep.jsonl", b'{"study_id":' + b"[" * 500 + b"]" * 500 + b"}\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, body in corpus():
        path = pathlib.Path(sys.argv[1]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


if __name__ == "__main__":
    main()
