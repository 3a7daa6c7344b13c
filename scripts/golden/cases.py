"""Sizes of the recorded checkpoints: those kept in git, and drawn ones for --unseen."""

import random

PATCH = 14
# {layout: (module of the reference, its environment, kind of vocabulary)}
REFERENCES = {
    "llava_phi-fused": ("llava_phi", "fused", "bpe"),
    "llava_phi-split": ("llava_phi", "current", "bpe"),
    "llava-old-names": ("llava", "current", "sentencepiece"),
    "llava-new-names": ("llava", "current", "sentencepiece"),
    "tinyllava-factory": ("tinyllava", "current", "bpe"),
    "tinyllava-former": ("tinyllava", "current", "bpe"),
    "mobilevlm-ldpnet": ("mobilevlm", "fused", "plain-sentencepiece"),
    "mobilevlm-ldpnetv2": ("mobilevlm", "fused", "plain-sentencepiece"),
}
LAYOUTS = tuple(REFERENCES)

_PHI = {
    "vocabulary_size": 400, "vocab_rows": 448, "partial_rotary_factor": 0.4,
    "image_size": 56, "patch_size": PATCH, "vision_hidden_size": 32,
    "vision_intermediate_size": 64, "vision_num_hidden_layers": 3,
    "vision_num_attention_heads": 4,
}
_LLAVA = {
    "vocabulary_size": 400, "image_token": 400, "vocab_rows": 416, "image_size": 56,
    "patch_size": PATCH,
}
_MOBILE = {
    "vocabulary_size": 400, "vocab_rows": 400, "image_size": 56, "vision_hidden_size": 64,
    "vision_intermediate_size": 80, "vision_num_hidden_layers": 3,
    "vision_num_attention_heads": 1, "legacy": True, "tokenizer_json": False,
}
EVERY_KIND = {preset: ["findings", "impression"] for preset in ("checkpoint", "upstream-eval")}
# Two of everything that can be read wrongly: heads and widths that are no multiple of each other.
RECORDED = {
    "llava_phi-fused": {
        **_PHI, "hidden_size": 80, "intermediate_size": 160, "num_hidden_layers": 3,
        "num_attention_heads": 4, "projector_depth": 2, "dtype": "bfloat16", "shards": 2,
        "tokenizer_json": False, "vocabulary_seed": 1, "seed": 100},
    "llava_phi-split": {
        **_PHI, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 2, "projector_depth": 1, "dtype": "float32", "shards": 1,
        "tokenizer_json": True, "plain_sizes": True, "vocabulary_seed": 2, "seed": 200},
    "llava-old-names": {
        **_LLAVA, "names": "old", "text_hidden_size": 48, "text_intermediate_size": 96,
        "text_num_hidden_layers": 2, "text_num_attention_heads": 6,
        "text_num_key_value_heads": 2, "text_rms_norm_eps": 1e-5, "clip_hidden_size": 32,
        "clip_intermediate_size": 64, "clip_num_hidden_layers": 3, "clip_num_attention_heads": 4,
        "llava_vision_feature_layer": -2, "llava_vision_feature_select_strategy": "default",
        "dtype": "float16", "shards": 2, "legacy": False, "tokenizer_json": True,
        "vocabulary_seed": 1, "seed": 300},
    "llava-new-names": {
        **_LLAVA, "names": "new", "text_hidden_size": 40, "text_intermediate_size": 112,
        "text_num_hidden_layers": 3, "text_num_attention_heads": 4,
        "text_num_key_value_heads": 1, "text_head_dim": 16, "text_tie_word_embeddings": True,
        "text_rope_parameters": {"rope_type": "default", "rope_theta": 50000.0},
        "clip_hidden_size": 48, "clip_intermediate_size": 80, "clip_num_hidden_layers": 2,
        "clip_num_attention_heads": 3, "llava_vision_feature_layer": -1,
        "llava_vision_feature_select_strategy": "full", "dtype": "bfloat16", "shards": 1,
        "legacy": True, "tokenizer_json": False, "vocabulary_seed": 2, "seed": 400},
    # A side that is no multiple of the patch, as 384 is none of 14.
    "tinyllava-factory": {
        **_PHI, "patch_size": 13, "hidden_size": 80, "intermediate_size": 144,
        "num_hidden_layers": 2, "num_attention_heads": 4, "dtype": "float16", "shards": 1,
        "tokenizer_json": False, "vocabulary_seed": 1, "seed": 500},
    "tinyllava-former": {
        **_PHI, "vision_hidden_size": 64, "vision_intermediate_size": 72,
        "vision_num_attention_heads": 16, "hidden_size": 64, "intermediate_size": 128,
        "num_hidden_layers": 2, "num_attention_heads": 2, "dtype": "bfloat16", "shards": 2,
        "tokenizer_json": False, "vocabulary_seed": 2, "seed": 600},
    # An odd grid (7 to 4) of the one, a grid that 12 does not divide (14) of the other.
    "mobilevlm-ldpnet": {
        **_MOBILE, "patch_size": 8, "projector": "ldpnet", "hidden_size": 48,
        "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
        "dtype": "bfloat16", "shards": 1, "vocabulary_seed": 1, "seed": 700},
    "mobilevlm-ldpnetv2": {
        **_MOBILE, "patch_size": 4, "projector": "ldpnetv2", "hidden_size": 40,
        "intermediate_size": 112, "num_hidden_layers": 3, "num_attention_heads": 5,
        "dtype": "float16", "shards": 2, "vocabulary_seed": 2, "seed": 800},
}


def _tower(draw, heads_from):
    heads = draw.choice(heads_from)
    return heads, heads * draw.choice([8, 12, 16])


def _drawn_phi(draw):
    width, factor = draw.choice([(16, 0.5), (20, 0.4), (24, 0.5), (16, 0.75), (40, 0.4)])
    heads = draw.choice([2, 3, 4, 5] if width < 40 else [2])
    return {"hidden_size": heads * width, "intermediate_size": heads * width * 2 + 16,
            "num_hidden_layers": draw.choice([2, 3, 4]), "num_attention_heads": heads,
            "partial_rotary_factor": factor}


def drawn_tinyllava(layout, draw, case, tower):
    """The former layout writes no sizes of its tower down: 16 heads, a side of whole patches."""
    if layout == "tinyllava-former":
        width = 16 * draw.choice([2, 4, 6])
        tower = tower | {"num_attention_heads": 16, "hidden_size": width,
                         "intermediate_size": width + 24}
    else:
        case = case | {"image_size": case["image_size"] + draw.randrange(case["patch_size"])}
    return case | {"vision_" + key: value for key, value in tower.items()} | _drawn_phi(draw)


def drawn_mobilevlm(layout, draw, case):
    """CLIP's heads are 64 wide, which is how the number of them is known; any grid."""
    projector = layout.removeprefix("mobilevlm-")
    patch, grid = draw.choice([(4, 14), (4, 13), (5, 12), (7, 9), (8, 7), (4, 16)])
    heads, width = draw.choice([2, 3, 4, 5]), draw.choice([8, 12, 16])
    vision_heads = draw.choice([1, 2])
    return case | {
        "image_size": patch * grid, "patch_size": patch, "projector": projector,
        "vocab_rows": case["vocabulary_size"], "legacy": True, "tokenizer_json": False,
        "vision_hidden_size": 64 * vision_heads, "vision_num_attention_heads": vision_heads,
        "vision_intermediate_size": 64 * vision_heads + 16,
        "vision_num_hidden_layers": draw.choice([2, 3, 4]), "hidden_size": heads * width,
        "intermediate_size": heads * width * 2 + 8,
        "num_hidden_layers": draw.choice([2, 3, 4]), "num_attention_heads": heads}


def drawn(layout, seed):
    """A case of `layout` with sizes of its own; the same for the same seed."""
    draw = random.Random(f"{layout} {seed}")
    patch, grid = draw.choice([(7, 6), (8, 5), (14, 4), (14, 3), (16, 3)])
    vision_heads, vision_width = _tower(draw, [2, 3, 4])
    size = draw.randrange(330, 400)
    case = {
        "vocabulary_size": size, "vocab_rows": size + 40 + draw.randrange(24),
        "image_size": patch * grid, "patch_size": patch, "shards": draw.choice([1, 2, 3]),
        "dtype": draw.choice(["float32", "float16", "bfloat16"]),
        "tokenizer_json": draw.random() < 0.5, "plain_sizes": draw.random() < 0.5,
        "vocabulary_seed": draw.randrange(4), "film_seed": draw.randrange(1000, 10**6),
        "seed": draw.randrange(10**6),
        # Each kind once a film, or seeds would be rejected for minutes.
        "kinds": {"checkpoint": ["findings"], "upstream-eval": ["impression"]},
    }
    tower = {"hidden_size": vision_width, "intermediate_size": vision_width * 2 + 8,
             "num_hidden_layers": draw.choice([2, 3, 4]), "num_attention_heads": vision_heads}
    if layout.startswith("llava_phi"):
        return case | {"vision_" + key: value for key, value in tower.items()} | \
            _drawn_phi(draw) | {"projector_depth": draw.choice([1, 2, 2, 3])}
    if layout.startswith("tinyllava"):
        return drawn_tinyllava(layout, draw, case, tower)
    if layout.startswith("mobilevlm"):
        return drawn_mobilevlm(layout, draw, case)
    names = "old" if layout == "llava-old-names" else draw.choice(["new", "v5", "4.57"])
    heads, groups = draw.choice([(4, 4), (4, 2), (6, 2), (6, 3), (4, 1), (3, 3)])
    width, theta = draw.choice([8, 12, 16]), draw.choice([10000.0, 50000.0])
    case |= {"clip_" + key: value for key, value in tower.items()} | {
        "names": names, "image_token": size, "legacy": draw.random() < 0.5,
        "text_hidden_size": heads * width, "text_intermediate_size": heads * width * 2 + 8,
        "text_num_hidden_layers": draw.choice([2, 3, 4]), "text_num_attention_heads": heads,
        "text_num_key_value_heads": groups, "text_rms_norm_eps": draw.choice([1e-5, 1e-6]),
        "text_tie_word_embeddings": draw.random() < 0.4,
        "llava_vision_feature_layer": draw.choice([-2, -1, -2]),
        "llava_vision_feature_select_strategy": draw.choice(["default", "full"])}
    if names == "old":
        return case | {"text_rope_theta": theta}
    case["text_rope_parameters"] = {"rope_type": "default", "rope_theta": theta}
    if draw.random() < 0.5:
        case["text_head_dim"] = width + 4
    return case
