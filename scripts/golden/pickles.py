"""Files of torch.save in both its formats, and the same tensors as safetensors.

  python -m golden.pickles OUT
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file


def record(out):
    folder = out / "pickles"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    wide = torch.randn(6, 10)
    tensors = {
        "model.single": torch.randn(3, 4),
        "model.half": torch.randn(5).half(),
        "model.brain": torch.randn(2, 3, 2).bfloat16(),
        "model.count": torch.tensor(7),
        "model.turned": wide.t(),
        "model.part": wide[1:4, 2:9:2],
        "model.whole": wide,
        "model.repeated": torch.randn(3, 1).expand(3, 4),
        "model.trained": torch.nn.Parameter(torch.randn(4)),
        "model.none": torch.empty(0, 3),
    }
    torch.save(tensors, folder / "archive.bin")
    torch.save(tensors, folder / "legacy.bin", _use_new_zipfile_serialization=False)
    save_file({name: t.detach().clone(memory_format=torch.contiguous_format)
               for name, t in tensors.items()}, folder / "expected.safetensors")


if __name__ == "__main__":
    record(pathlib.Path(sys.argv[1]))
