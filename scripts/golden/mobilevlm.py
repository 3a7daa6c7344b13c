"""Random checkpoints of MobileVLM (CLIP, ldpnet or ldpnetv2, LLaMA) and what they compute.

The decoder and the tower are transformers' own; the projectors are written here after the papers
(arXiv:2312.16886, arXiv:2402.03766) in PyTorch's modules, named as the published tensors are.

  python -m golden.mobilevlm CASE.json
"""

import torch
import transformers
from torch import nn

from golden import joined, pictures
from golden.record import Language, write_json


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation of the channels of [V, D, G, G]."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class SqueezeExcitation(nn.Module):

    def __init__(self, width):
        super().__init__()
        inner = max(8, int(width // 4 + 4) // 8 * 8)
        if inner < 0.9 * (width // 4):
            inner += 8
        self.fc1 = nn.Conv2d(width, inner, 1)
        self.fc2 = nn.Conv2d(inner, width, 1)

    def forward(self, x):
        squeezed = nn.functional.relu(self.fc1(nn.functional.adaptive_avg_pool2d(x, 1)))
        return x * nn.functional.hardsigmoid(self.fc2(squeezed))


class Residual(nn.Module):
    """MobileNetV3's block; its input is added where the grid stays."""

    def __init__(self, width, stride):
        super().__init__()
        self.adds = stride == 1
        self.block = nn.Sequential(
            nn.Sequential(nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False),
                          ChannelNorm(width), nn.Hardswish()),
            SqueezeExcitation(width),
            nn.Sequential(nn.Conv2d(width, width, 1, bias=False), ChannelNorm(width)))

    def forward(self, x):
        return self.block(x) + x if self.adds else self.block(x)


def on_grid(tokens):
    side = round(tokens.shape[0] ** 0.5)
    return tokens.T.reshape(1, tokens.shape[1], side, side)


class Ldp(nn.Module):

    def __init__(self, vision_width, width):
        super().__init__()
        self.model = nn.Module()
        self.model.mlp = nn.Sequential(nn.Identity(), nn.Linear(vision_width, width), nn.GELU(),
                                       nn.Linear(width, width))
        self.model.mb_block = nn.Sequential(nn.Identity(), Residual(width, 1), Residual(width, 2))

    def forward(self, features):
        return self.model.mb_block(on_grid(self.model.mlp(features)))[0].flatten(1).T


class LdpV2(nn.Module):

    def __init__(self, vision_width, width):
        super().__init__()
        self.mlp, self.peg = nn.Module(), nn.Module()
        self.mlp.mlp = nn.Sequential(nn.Linear(vision_width, width), nn.GELU(),
                                     nn.Linear(width, width))
        self.peg.peg = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, groups=width))

    def forward(self, features):
        pooled = nn.functional.adaptive_avg_pool2d(on_grid(self.mlp.mlp(features)), (12, 12))
        return (self.peg.peg(pooled) + pooled)[0].flatten(1).T


class MobileVlm(joined.Joined):

    def __init__(self, case, folder):
        super().__init__(case, folder)
        self.config = transformers.LlamaConfig(
            vocab_size=case["vocab_rows"], hidden_size=case["hidden_size"],
            intermediate_size=case["intermediate_size"],
            num_hidden_layers=case["num_hidden_layers"],
            num_attention_heads=case["num_attention_heads"],
            num_key_value_heads=case["num_attention_heads"], rms_norm_eps=1e-6,
            max_position_embeddings=2048)
        self.llm = transformers.LlamaForCausalLM(self.config).eval()
        self.tower, _ = joined.clip_of(case)
        kind = LdpV2 if case["projector"] == "ldpnetv2" else Ldp
        self.projector = kind(case["vision_hidden_size"], case["hidden_size"])
        self.language = Language(self.llm)

    def tensors(self):
        found = dict(self.llm.named_parameters())
        found |= joined.tower_tensors(self.tower, "model.vision_tower.vision_tower.vision_model")
        return found | {f"model.mm_projector.{name}": tensor
                        for name, tensor in self.projector.named_parameters()}

    def rule_names(self):
        """Norms that are numbered in a Sequential get a name that says so."""
        norms = {id(tensor) for module in self.projector.modules()
                 if isinstance(module, ChannelNorm) for tensor in module.parameters()}
        named = {}
        for name, tensor in self.tensors().items():
            if id(tensor) in norms:
                name = ".norm.".join(name.rsplit(".", 1))
            named[name] = tensor
        return named

    def vision(self, pixels):
        return self.tower(pixels[None], output_hidden_states=True).hidden_states[-2][0, 1:]

    def pixels(self, path, fit):
        return pictures.pixels_of(path, pictures.clip_processor(self.case["image_size"]), fit)

    def load_tokenizers(self):
        return [transformers.LlamaTokenizer.from_pretrained(self.folder)]

    def chunk_ids(self, tokenizer, chunks):
        """The begin token once, in front."""
        ids = super().chunk_ids(tokenizer, chunks)
        begin = tokenizer.bos_token_id
        assert all(part[0] == begin for part in ids)
        return [ids[0], *(part[1:] for part in ids[1:])]

    def write_configs(self):
        case = self.case
        write_json(self.folder / "config.json", {
            "architectures": ["MobileLlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2,
            "freeze_mm_mlp_adapter": False, "hidden_act": "silu",
            "hidden_size": case["hidden_size"], "image_aspect_ratio": "pad",
            "initializer_range": 0.02, "intermediate_size": case["intermediate_size"],
            "max_position_embeddings": 2048, "max_sequence_length": 2048,
            "mm_hidden_size": case["vision_hidden_size"],
            "mm_projector_type": case["projector"], "mm_use_im_patch_token": False,
            "mm_use_im_start_end": False, "mm_vision_select_feature": "patch",
            "mm_vision_select_layer": -2, "mm_vision_tower": "openai/clip-vit-large-patch14-336",
            "model_type": "mobilevlm", "n_head": 16,
            "num_attention_heads": case["num_attention_heads"],
            "num_hidden_layers": case["num_hidden_layers"],
            "num_key_value_heads": case["num_attention_heads"], "pad_token_id": 0,
            "pretraining_tp": 1, "rms_norm_eps": 1e-06, "rope_scaling": None,
            "rope_theta": 10000.0, "tie_word_embeddings": False,
            "torch_dtype": case["dtype"], "transformers_version": "4.33.1",
            "tune_mm_mlp_adapter": False, "use_cache": True, "use_mm_proj": True,
            "vision_tower_type": "clip", "vocab_size": case["vocab_rows"]})
        write_json(self.folder / "generation_config.json", {
            "_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
            "transformers_version": "4.33.1"})


if __name__ == "__main__":
    joined.main(MobileVlm, "transformers LlamaForCausalLM and CLIPVisionModel, projectors in "
                "PyTorch after the papers, joined as published")
