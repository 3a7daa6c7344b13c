#!/usr/bin/env python3
"""Convert a checkpoint's pickled weights to safetensors, which is what slava-cxr reads.

  scripts/convert_checkpoint.py CHECKPOINT OUT

CHECKPOINT is a folder with pytorch_model.bin, or with pytorch_model.bin.index.json and its shards.
An mm_projector.bin beside them, as LLaVA's pretraining writes it, is merged in (its tensors win);
beside model.safetensors likewise. OUT must not exist; it gets model.safetensors, or shards with
their index, and copies of the other files, all at once when everything is written.

Nothing that a pickle asks for is run, numbers stay in their type (float32, float16, bfloat16), and
memory stays small: tensors are copied piece by piece. Needs Python's standard library alone.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import safetensors_file
import torch_pickle

SHARD_BYTES = 4 << 30
INDEX = "pytorch_model.bin.index.json"
# What is computed from the configuration and saved by some versions only.
COMPUTED = (".rotary_emb.inv_freq", ".embeddings.position_ids")
# Weights in other formats, the trainer's state: nothing of it is needed to run the model.
LEFT_OUT_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".safetensors")


def stop(path, problem):
    sys.exit(f"convert_checkpoint: {path}: {problem}")


def read_index(path):
    """{file: tensor names} of an index."""
    try:
        weight_map = json.loads(path.read_text())["weight_map"]
        files = {}
        for name, file in weight_map.items():
            if pathlib.PurePath(file).name != file:
                stop(path, f"names the file {file!r}, expected one beside it")
            files.setdefault(file, set()).add(name)
        return files
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        stop(path, f"is no index of weights ({type(error).__name__}: {error})")


def sources_of(folder):
    """[(file, names that it must hold or None)] of the folder's weights, later ones winning."""
    projector = [(folder / "mm_projector.bin", None)] \
        if (folder / "mm_projector.bin").exists() else []
    safe = folder / "model.safetensors"
    safe_index = folder / "model.safetensors.index.json"
    for index, one in ((safe_index, safe), (folder / INDEX, folder / "pytorch_model.bin")):
        if index.exists():
            found = [(folder / file, names) for file, names in sorted(read_index(index).items())]
        elif one.exists():
            found = [(one, None)]
        else:
            continue
        if one == safe and not projector:
            stop(folder, "has safetensors already; slava-cxr reads it as it is")
        return found + projector
    if (folder / "adapter_config.json").exists():
        stop(folder, "is a LoRA adapter; expected a whole model. Merge it into its base model "
                     "first, for example with peft's merge_and_unload() and save_pretrained()")
    if projector:
        return projector
    stop(folder, f"holds none of pytorch_model.bin, {INDEX}, mm_projector.bin")


def open_source(path):
    opener = safetensors_file.SafetensorsFile if path.suffix == ".safetensors" \
        else torch_pickle.TorchFile
    try:
        return opener(path)
    except FileNotFoundError:
        stop(path, "is missing, though the index names it")
    except (ValueError, OSError) as error:
        stop(path, error)


def collect(sources):
    """[(file, tensor)] in the order of names, and the names that are left out."""
    chosen, left_out = {}, set()
    for path, names in sources:
        with open_source(path) as source:
            missing = sorted((names or set()) - set(source.tensors))
            if missing:
                stop(path, f"lacks {len(missing)} of the tensors that the index names in it: "
                     f"{', '.join(missing[:5])}")
            for name, tensor in source.tensors.items():
                if name.endswith(COMPUTED):
                    left_out.add(name)
                else:
                    chosen[name] = (path, tensor)
    if not chosen:
        stop(sources[0][0], "holds no tensors")
    return [chosen[name] for name in sorted(chosen)], sorted(left_out)


def plan_shards(tensors, shard_bytes):
    """The tensors in groups of at most `shard_bytes`; a larger tensor stands alone."""
    shards, size = [[]], 0
    for path, tensor in tensors:
        if shards[-1] and size + tensor.byte_count > shard_bytes:
            shards.append([])
            size = 0
        shards[-1].append((path, tensor))
        size += tensor.byte_count
    return shards


def write_shards(folder, shards):
    """model.safetensors, or numbered files and their index."""
    opened = {}

    def chunks(path, tensor):
        if path not in opened:
            opened[path] = open_source(path)
        try:
            yield from opened[path].chunks(tensor)
        except (ValueError, OSError) as error:
            stop(path, f"{tensor.name}: {error}")

    weight_map, total = {}, 0
    for number, shard in enumerate(shards, 1):
        file = "model.safetensors" if len(shards) == 1 else \
            f"model-{number:05}-of-{len(shards):05}.safetensors"
        safetensors_file.write_safetensors(folder / file, [
            (tensor.name, tensor.dtype, tensor.shape, tensor.byte_count, chunks(path, tensor))
            for path, tensor in shard])
        weight_map |= {tensor.name: file for _, tensor in shard}
        total += sum(tensor.byte_count for _, tensor in shard)
        print(f"{file}: {len(shard)} tensors", flush=True)
    for source in opened.values():
        source.close()
    if len(shards) > 1:
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def copy_others(source, target):
    """Every other file that may tell about the model; returns the names that stay behind."""
    behind = []
    for path in sorted(source.iterdir()):
        weights = path.name.endswith(LEFT_OUT_SUFFIXES) or path.name.endswith(".index.json")
        if path.is_file() and not weights and not path.name.startswith("."):
            shutil.copyfile(path, target / path.name)
        elif not weights:
            behind.append(path.name)
    return behind


def convert(source, out, shard_bytes):
    if not source.is_dir():
        stop(source, "is no folder; expected a checkpoint with config.json and weights")
    if out.exists():
        stop(out, "exists already; name a new folder")
    tensors, left_out = collect(sources_of(source))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        write_shards(partial, plan_shards(tensors, shard_bytes))
        behind = copy_others(source, partial)
        partial.chmod(0o755)
        os.rename(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    if left_out:
        print(f"left out, as they follow from config.json: {len(left_out)} tensors such as "
              f"{left_out[0]}")
    if behind:
        print(f"not copied: {', '.join(behind)}")
    print(f"{out}: {len(tensors)} tensors, "
          f"{sum(tensor.byte_count for _, tensor in tensors) / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--shard-bytes", type=int, default=SHARD_BYTES,
                        help="largest file that is written (default %(default)s)")
    args = parser.parse_args()
    try:
        convert(args.checkpoint, args.out, args.shard_bytes)
    except OSError as error:
        stop(error.filename or args.out, error.strerror or error)


if __name__ == "__main__":
    main()
