#!/usr/bin/env python3
"""Writes a checkpoint of SLaVA-CXR's full size with random weights, to show what fits a machine.

    scripts/make_random_checkpoint.py OUTPUT [--seed N] [--layers N] [--vision-layers N]

OUTPUT becomes a folder in the layout of the published checkpoint: CLIP-L/14-336, mlp2x_gelu, Phi-2
with split queries, keys and values, bfloat16, in shards. What such a model writes is noise. The
vocabulary is the one of tests/golden/checkpoints/llava_phi-split, since the published one is not ours
to ship; the embedding has its full 51,200 rows all the same.

About 6.2 GB; 16 MB of memory, since weights are drawn and written a piece at a time. Needs numpy.
"""

import argparse
import json
import pathlib
import shutil
import sys
import zlib

import numpy

from safetensors_file import write_safetensors

ROOT = pathlib.Path(__file__).resolve().parents[1]
VOCABULARY = ROOT / "tests/golden/checkpoints/llava_phi-split"
VOCABULARY_FILES = ("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json",
                    "tokenizer_config.json", "tokenizer.json")
CHUNK_NUMBERS = 1 << 21
SHARD_BYTES = 2 << 30

DECODER = {"hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 32,
           "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 51200,
           "max_position_embeddings": 2048, "partial_rotary_factor": 0.4, "rope_theta": 10000.0,
           "layer_norm_eps": 1e-5, "hidden_act": "gelu_new", "qk_layernorm": False,
           "tie_word_embeddings": False}
VISION = {"model_type": "llava_phi_clip_vision_model", "hidden_size": 1024,
          "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
          "image_size": 336, "patch_size": 14, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5,
          "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2}


def config(decoder, vision):
    return {"architectures": ["LlavaPhiForCausalLM"], "model_type": "llava_phi",
            "name": "random weights", "notice": "RANDOM WEIGHTS: THE TEXT IS NOISE", **decoder,
            "bos_token_id": None, "eos_token_id": None, "image_aspect_ratio": "pad",
            "mm_use_im_start_end": False, "torch_dtype": "bfloat16",
            "vision_config": {"vision_tower": vision,
                              "mm_projector": {"model_type": "llava_phi_projector",
                                               "mm_projector_type": "mlp2x_gelu",
                                               "mm_hidden_size": vision["hidden_size"],
                                               "hidden_size": decoder["hidden_size"]}}}


def preprocessor(side):
    return {"crop_size": {"height": side, "width": side}, "do_center_crop": True,
            "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711],
            "image_processor_type": "CLIPImageProcessor", "resample": 3,
            "rescale_factor": 1 / 255, "size": {"shortest_edge": side}}


def linear(name, out, width):
    return [(f"{name}.weight", (out, width)), (f"{name}.bias", (out,))]


def norm(name, width):
    return [(f"{name}.weight", (width,)), (f"{name}.bias", (width,))]


def shapes(decoder, vision):
    """(name, shape) of every tensor, in the file's order."""
    width, inner = decoder["hidden_size"], decoder["intermediate_size"]
    yield "model.embed_tokens.weight", (decoder["vocab_size"], width)
    for i in range(decoder["num_hidden_layers"]):
        layer = f"model.layers.{i}"
        yield from norm(f"{layer}.input_layernorm", width)
        for part in ("q_proj", "k_proj", "v_proj", "dense"):
            yield from linear(f"{layer}.self_attn.{part}", width, width)
        yield from linear(f"{layer}.mlp.fc1", inner, width)
        yield from linear(f"{layer}.mlp.fc2", width, inner)
    yield from norm("model.final_layernorm", width)
    yield from linear("lm_head", decoder["vocab_size"], width)

    tower, side = "model.vision_tower.vision_model", vision["hidden_size"]
    patch = vision["patch_size"]
    yield f"{tower}.embeddings.class_embedding", (side,)
    yield f"{tower}.embeddings.patch_embedding.weight", (side, 3, patch, patch)
    yield (f"{tower}.embeddings.position_embedding.weight",
           ((vision["image_size"] // patch) ** 2 + 1, side))
    yield from norm(f"{tower}.pre_layrnorm", side)
    for i in range(vision["num_hidden_layers"]):
        layer = f"{tower}.encoder.layers.{i}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from linear(f"{layer}.self_attn.{part}", side, side)
        for part in ("layer_norm1", "layer_norm2"):
            yield from norm(f"{layer}.{part}", side)
        yield from linear(f"{layer}.mlp.fc1", vision["intermediate_size"], side)
        yield from linear(f"{layer}.mlp.fc2", side, vision["intermediate_size"])
    yield from norm(f"{tower}.post_layernorm", side)
    yield from linear("model.mm_projector.0", width, side)
    yield from linear("model.mm_projector.2", width, width)


def bfloat16_bytes(numbers):
    """float32 numbers as bfloat16, rounded to nearest even."""
    bits = numbers.view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def values(name, shape, seed):
    """The tensor's bytes in pieces. A norm is the identity, a bias 0, the rest normal with the
    deviation that networks of this kind start with."""
    left = int(numpy.prod(shape))
    is_norm = "norm" in name
    random = numpy.random.Generator(numpy.random.SFC64([seed, zlib.crc32(name.encode())]))
    while left:
        count = min(left, CHUNK_NUMBERS)
        left -= count
        if name.endswith(".bias"):
            piece = numpy.zeros(count, numpy.float32)
        elif is_norm:
            piece = numpy.ones(count, numpy.float32)
        else:
            piece = random.standard_normal(count, numpy.float32) * numpy.float32(0.02)
        yield bfloat16_bytes(piece)


def in_shards(tensors):
    shards, size = [[]], 0
    for name, shape in tensors:
        count = 2 * int(numpy.prod(shape))
        if shards[-1] and size + count > SHARD_BYTES:
            shards.append([])
            size = 0
        shards[-1].append((name, shape, count))
        size += count
    return shards


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def write_checkpoint(out, decoder, vision, seed):
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "config.json", config(decoder, vision))
    write_json(out / "preprocessor_config.json", preprocessor(vision["image_size"]))
    write_json(out / "generation_config.json", {"max_new_tokens": 64})
    for name in VOCABULARY_FILES:
        if (VOCABULARY / name).exists():
            shutil.copy(VOCABULARY / name, out / name)
    shards = in_shards(shapes(decoder, vision))
    index = {}
    for place, shard in enumerate(shards, 1):
        file = f"model-{place:05}-of-{len(shards):05}.safetensors"
        write_safetensors(out / file, [(name, "BF16", shape, count, values(name, shape, seed))
                                       for name, shape, count in shard])
        index |= {name: file for name, _, _ in shard}
        print(f"{out / file}: {len(shard)} tensors", file=sys.stderr, flush=True)
    total = sum(count for shard in shards for _, _, count in shard)
    write_json(out / "model.safetensors.index.json",
               {"metadata": {"total_size": total}, "weight_map": index})
    print(f"{out}: {total // 2:,} parameters, {total:,} bytes of weights")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=DECODER["num_hidden_layers"],
                        help="decoder blocks, for smaller trials (default: %(default)s)")
    parser.add_argument("--vision-layers", type=int, default=VISION["num_hidden_layers"],
                        help="vision blocks (default: %(default)s)")
    parser.add_argument("--width-divisor", type=int, default=1, choices=(1, 8, 16),
                        help="makes every width that many times narrower, for tests")
    args = parser.parse_args()
    if args.layers < 1 or args.vision_layers < 2 or args.seed < 0:
        parser.error("--layers must be at least 1, --vision-layers at least 2, --seed at least 0")
    if (args.output / "config.json").exists():
        parser.error(f"{args.output} holds a checkpoint already")
    narrow = args.width_divisor
    decoder = DECODER | {"num_hidden_layers": args.layers,
                         "hidden_size": DECODER["hidden_size"] // narrow,
                         "intermediate_size": DECODER["intermediate_size"] // narrow,
                         "num_attention_heads": DECODER["num_attention_heads"] // narrow,
                         "num_key_value_heads": DECODER["num_key_value_heads"] // narrow}
    vision = VISION | {"num_hidden_layers": args.vision_layers,
                       "hidden_size": VISION["hidden_size"] // narrow,
                       "intermediate_size": VISION["intermediate_size"] // narrow,
                       "num_attention_heads": VISION["num_attention_heads"] // narrow}
    write_checkpoint(args.output, decoder, vision, args.seed)


if __name__ == "__main__":
    main()
