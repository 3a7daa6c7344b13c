#!/usr/bin/env python3
"""Write the drawn files that fuzzing starts from: tests/fuzz/corpus/{film,picture,zip,manifest,
weights,tokenizer}.

  scripts/make_fuzz_corpus.py tests/fuzz/corpus

Films of every transfer syntax are in tests/golden/films; here are the forms that those do not have.
Needs the Debian package dcmtk for JPEG.
"""

import io
import json
import pathlib
import struct
import subprocess
import sys
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden/films"
CHECKPOINTS = ROOT / "tests/golden/checkpoints"


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
    yield from weights()
    yield from tokenizers()


def safetensors(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def weights():
    entry = lambda dtype, shape, begin, end: {
        "dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    good = {"__metadata__": {"format": "pt"}, "a.weight": entry("F32", [2, 1], 0, 8),
            "b": entry("BF16", [], 8, 10)}
    yield "weights/two-tensors", safetensors(good, b"x" * 10)
    yield "weights/truncated", safetensors(good, b"x" * 9)
    yield "weights/a-tail", safetensors(good, b"x" * 11)
    yield "weights/overlap", safetensors(
        {"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}, b"x" * 6)
    yield "weights/overflow", safetensors(
        {"a": entry("F64", [2**32, 2**32], 0, 8), "b": entry("I8", [2**63], 0, 8)}, b"x" * 8)
    yield "weights/empty-tensor", safetensors({"a": entry("F16", [0, 5], 0, 0)}, b"")
    yield "weights/deep", safetensors(b"[" * 3000 + b"]" * 3000, b"")
    yield "weights/claims-2-gib", struct.pack("<Q", 2 << 30) + b"{}"
    yield "weights/no-utf-8", safetensors(b'{"\xff": {"dtype": "\xff"}}', b"")
    yield "weights/index.json", (CHECKPOINTS / "mobilevlm-ldpnetv2" /
                                 "model.safetensors.index.json").read_bytes()
    yield "weights/index-of-elsewhere.json", b'{"weight_map": {"a": "../x.safetensors"}}'
    yield "weights/index-of-bytes.json", b'{"weight_map": {"a": ["\xff", 1e999]}}'
    for name in ("llava_phi-fused", "llava_phi-split"):
        yield (f"weights/preprocess-{name}.json",
               (CHECKPOINTS / name / "preprocessor_config.json").read_bytes())
    yield ("weights/preprocess-nested.json",
           b'{"image_processor": {"image_processor_type": "SiglipImageProcessor", '
           b'"size": {"height": 5, "width": 5}, "image_mean": [0.5, 0.5, 1e308]}}')


TOKENIZER_FILES = ("tokenizer.model", "tokenizer.json", "vocab.json", "merges.txt",
                   "added_tokens.json", "tokenizer_config.json", "special_tokens_map.json")


def folder(files):
    """Several files as one input of the tokenizer target."""
    return b"\n".join(b"=== " + name.encode() + b"\n" + body for name, body in files.items())


def tokenizers():
    files_of = lambda layout, names=TOKENIZER_FILES: {
        name: (CHECKPOINTS / layout / name).read_bytes() for name in names
        if (CHECKPOINTS / layout / name).exists()}
    yield "tokenizer/vocab-merges", folder(files_of("llava_phi-fused"))
    yield "tokenizer/byte-level.json", folder(files_of("llava_phi-split", ("tokenizer.json",)))
    yield "tokenizer/llama.json", folder(files_of("llava-old-names", ("tokenizer.json",)))
    llama = files_of("mobilevlm-ldpnet")
    yield "tokenizer/sentencepiece", folder(llama)
    model = llama["tokenizer.model"]
    yield "tokenizer/sentencepiece-cut", folder({"tokenizer.model": model[: len(model) // 2]})
    yield "tokenizer/sentencepiece-alone", folder({"tokenizer.model": model})
    yield "tokenizer/sentencepiece-foreign", folder({"tokenizer.model": b"\x0a\xff\xff\xff\x7f"})
    small = {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]},
             "added_tokens": [{"id": 3, "content": "<|endoftext|>", "special": True}]}
    bpe = lambda **more: folder({"tokenizer.json": json.dumps(small | more).encode()})
    yield "tokenizer/small.json", bpe()
    yield "tokenizer/slow-pattern.json", bpe(pre_tokenizer={
        "type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False})
    yield "tokenizer/merge-of-nothing.json", bpe(model=small["model"] | {"merges": ["x y", "a"]})
    yield "tokenizer/ids.json", bpe(model=small["model"] | {
        "vocab": {"a": -1, "b": 2**40, "ab": 2}})
    yield "tokenizer/added-empty.json", bpe(added_tokens=[{"id": 2**62, "content": ""}])
    yield "tokenizer/deep.json", folder({"tokenizer.json": b"[" * 3000 + b"]" * 3000})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, body in corpus():
        path = pathlib.Path(sys.argv[1]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


if __name__ == "__main__":
    main()
