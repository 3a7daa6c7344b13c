"""Random checkpoints of the layout `llava_phi` (SLaVA-CXR, LLaVA-Phi) and what they compute.

transformers has no such class: its Phi and CLIP are joined here as the published code joins them.
Under 4.36.2 Phi has one query_key_value per layer, under later ones three projections.

  python -m golden.llava_phi CASE.json
"""

import torch
import transformers

from golden import joined, pictures
from golden.record import NEW_TOKENS, Language, write_json


class UpstreamGeneration(transformers.PhiForCausalLM):
    """generate() as upstream calls it: with prompt ids, -200 where the image's embeddings go."""

    def splice(self, prompt):
        self.prompt = prompt
        return self

    def prepare_inputs_for_generation(self, input_ids, past_key_values=None, **_):
        given = {"inputs_embeds": self.prompt[None]} if past_key_values is None else \
            {"input_ids": input_ids[:, -1:]}
        return given | {"past_key_values": past_key_values, "use_cache": True}


class LlavaPhi(joined.Joined):

    presets = (("checkpoint", "pad", 0), ("upstream-eval", "crop", 3))

    def __init__(self, case, folder):
        super().__init__(case, folder)
        self.llm, self.phi_config = joined.phi_of(case)
        self.tower, self.vision_config = joined.clip_of(case)
        self.projector = joined.mlp(case["projector_depth"], case["vision_hidden_size"],
                                    case["hidden_size"])
        self.language = Language(self.llm)

    def tensors(self):
        found = dict(self.llm.named_parameters())
        found |= joined.tower_tensors(self.tower, "model.vision_tower.vision_model")
        for name, tensor in self.projector.named_parameters():
            if self.case["projector_depth"] == 1:
                name = name.removeprefix("0.")
            found[f"model.mm_projector.{name}"] = tensor
        return found

    def vision(self, pixels):
        states = self.tower(pixels[None], output_hidden_states=True).hidden_states
        return states[-2][0, 1:]

    def load_tokenizers(self):
        return joined.phi_tokenizers(self.folder)

    def texts(self, tokenizer, tokens):
        return joined.phi_texts(tokenizer, tokens)

    def check(self, recorder):
        """Only 4.36.2, upstream's own, calls prepare_inputs_for_generation as upstream needs it."""
        if transformers.__version__ != "4.36.2":
            return
        self.llm.__class__ = UpstreamGeneration
        for run in recorder.runs:
            before, after = run["ids"]
            ids = [*before, -200, *after]
            prompt = self.prompt(run["ids"],
                                 recorder.arrays[f"projected.{run['film']}.{run['fit']}"])
            tokens = self.llm.splice(prompt).generate(
                torch.tensor([ids]), do_sample=False, num_beams=1, max_new_tokens=NEW_TOKENS,
                no_repeat_ngram_size=run["no_repeat_ngram_size"],
                pad_token_id=0)[0, len(ids):].tolist()
            if tokens != run["tokens"]:
                raise SystemExit(f"{run['name']}: generate() gives other tokens:\n{tokens}\n"
                                 f"{run['tokens']}")
        self.llm.__class__ = transformers.PhiForCausalLM

    def write_configs(self):
        """config.json with the keys of the published one."""
        vision, phi, depth = self.vision_config, self.phi_config, self.case["projector_depth"]
        write_json(self.folder / "config.json", joined.phi_keys(self.case) | {
            "_name_or_path": "./model/LLaVA-Med-Phi-finetune",
            "architectures": ["LlavaPhiForCausalLM"],
            "auto_map": {"AutoConfig": "configuration_phi.PhiConfig",
                         "AutoModelForCausalLM": "modeling_phi.PhiForCausalLM"},
            "bos_token_id": None, "eos_token_id": None,
            "freeze_mm_mlp_adapter": False, "freeze_vision_tower": False,
            "image_aspect_ratio": "pad", "mm_use_im_patch_token": False,
            "mm_use_im_start_end": False, "model_type": "llava_phi", "resid_pdrop": 0.1,
            "tokenizer_model_max_length": 2048, "tokenizer_padding_side": "right",
            "torch_dtype": self.case["dtype"], "transformers_version": "4.36.2",
            "tune_mm_mlp_adapter": False, "use_cache": True,
            "vision_config": {
                "mm_projector": {
                    "hidden_size": phi.hidden_size, "mm_hidden_size": vision.hidden_size,
                    "mm_projector_type": "linear" if depth == 1 else f"mlp{depth}x_gelu",
                    "model_type": "llava_phi_projector"},
                "vision_tower": {
                    "attention_dropout": 0.0, "hidden_act": "quick_gelu",
                    "hidden_size": vision.hidden_size, "image_size": vision.image_size,
                    "initializer_factor": 1.0, "initializer_range": 0.02,
                    "intermediate_size": vision.intermediate_size, "layer_norm_eps": 1e-05,
                    "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2,
                    "model_type": "llava_phi_clip_vision_model",
                    "num_attention_heads": vision.num_attention_heads, "num_channels": 3,
                    "num_hidden_layers": vision.num_hidden_layers,
                    "patch_size": vision.patch_size,
                    "projection_dim": vision.projection_dim}},
            "vocab_size": phi.vocab_size})
        write_json(self.folder / "generation_config.json",
                   {"_from_model_config": True, "transformers_version": "4.36.2"})
        pictures.write_preprocessor_config(self.folder, vision.image_size,
                                           self.case.get("plain_sizes", False))


if __name__ == "__main__":
    joined.main(LlavaPhi, "transformers PhiForCausalLM and CLIPVisionModel joined as published")
