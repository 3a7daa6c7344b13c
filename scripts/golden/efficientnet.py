"""EfficientNet-Lite0 in plain PyTorch functions with weights by formula (in
tests/vision/efficientnet_test.cc again): features of one picture in both passes.

  python -m golden.efficientnet OUT
"""

import math
import pathlib
import sys

import torch
import torch.nn.functional as F

from golden.record import write_json

STAGES = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
          (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]


def formula(name, shape):
    """The test's weights: a wave whose phase depends on the name, so that no two tensors agree."""
    count = math.prod(shape)
    phase = sum(ord(c) * (i % 7 + 1) for i, c in enumerate(name)) % 1000
    wave = torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + phase)
    if name.endswith("running_var"):
        return (1.5 + 0.4 * wave).float().view(shape)
    if name.endswith("norm.weight"):
        return (1.0 + 0.2 * wave).float().view(shape)
    if len(shape) == 1:
        return (0.1 * wave).float().view(shape)
    fan_in = math.prod(shape[1:])
    return (wave * math.sqrt(2.0 / fan_in)).float().view(shape)


class Lite0:
    """EfficientNet-Lite0 as functions; `training` as in batch normalisation."""

    def __init__(self, training):
        self.training = training

    def conv_norm(self, x, conv, norm, out, kernel, stride, groups, relu6):
        side = x.shape[-1]
        pad = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
        x = F.pad(x, (pad // 2, pad - pad // 2, pad // 2, pad - pad // 2))
        weight = formula(conv + ".weight", (out, x.shape[1] // groups, kernel, kernel))
        x = F.conv2d(x, weight, stride=stride, groups=groups)
        get = lambda field: formula(f"{norm}.{field}", (out,))
        x = F.batch_norm(x, get("running_mean"), get("running_var"), get("weight"), get("bias"),
                         self.training, 0.01, 1e-3)
        return F.relu6(x) if relu6 else x

    def __call__(self, x):
        x = self.conv_norm(x, "stem", "stem_norm", 32, 3, 2, 1, True)
        block = 0
        for kernel, stride, expand, out, repeats in STAGES:
            for i in range(repeats):
                name, y, wide = f"blocks.{block}.", x, x.shape[1] * expand
                if expand != 1:
                    y = self.conv_norm(y, name + "expand", name + "expand_norm", wide, 1, 1, 1,
                                       True)
                s = stride if i == 0 else 1
                y = self.conv_norm(y, name + "depthwise", name + "depthwise_norm", wide, kernel, s,
                                   wide, True)
                y = self.conv_norm(y, name + "project", name + "project_norm", out, 1, 1, 1, False)
                x = x + y if s == 1 and x.shape[1] == out else y
                block += 1
        x = self.conv_norm(x, "head", "head_norm", 1280, 1, 1, 1, True)
        return x.flatten(2).transpose(1, 2)


def record(out):
    side = 96
    pixels = torch.sin(torch.arange(2 * 3 * side * side, dtype=torch.float64) * 0.013).float().view(
        2, 3, side, side)
    record = {"versions": {"torch": torch.__version__}, "image_size": side}
    for training, key in ((False, "inference"), (True, "training")):
        features = Lite0(training)(pixels)
        record[key] = {"shape": list(features.shape),
                       "sample": features.flatten()[::97][:200].tolist(),
                       "mean": features.mean().item(), "std": features.std().item()}
    folder = out / "efficientnet"
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "golden.json", record)


if __name__ == "__main__":
    record(pathlib.Path(sys.argv[1]))
