"""Random checkpoints of TinyLLaVA (SigLIP, MLP, Phi-2) and what they compute, in the names of
TinyLLaVA_Factory and in those of the checkpoints before it.

transformers has no such class: its Phi and SigLIP are joined here as the published code joins them.

  python -m golden.tinyllava CASE.json
"""

import torch
import transformers

from golden import joined, pictures
from golden.record import Language, write_json


class Factory(joined.Joined):
    """TinyLLaVA_Factory: layer -2 of the whole tower, without the first patch."""

    presets = (("checkpoint", "square", 0),)

    def __init__(self, case, folder):
        super().__init__(case, folder)
        self.llm, _ = joined.phi_of(case)
        self.tower = transformers.SiglipVisionModel(transformers.SiglipVisionConfig(
            hidden_size=case["vision_hidden_size"],
            intermediate_size=case["vision_intermediate_size"],
            num_hidden_layers=case["vision_num_hidden_layers"],
            num_attention_heads=case["vision_num_attention_heads"],
            image_size=case["image_size"], patch_size=case["patch_size"])).eval()
        self.projector = joined.mlp(2, case["vision_hidden_size"], case["hidden_size"])
        self.language = Language(self.llm)

    def tensors(self):
        found = {f"language_model.{name}": tensor for name, tensor in self.llm.named_parameters()}
        found |= joined.tower_tensors(self.tower, "vision_tower._vision_tower.vision_model")
        return found | {f"connector._connector.{name}": tensor
                        for name, tensor in self.projector.named_parameters()}

    def states(self, pixels):
        return self.tower(pixels[None], output_hidden_states=True).hidden_states[-2][0]

    def vision(self, pixels):
        return self.states(pixels)[1:]

    def pixels(self, path, fit):
        return pictures.siglip_pixels(path, self.case["image_size"])

    def load_tokenizers(self):
        return joined.phi_tokenizers(self.folder)

    def texts(self, tokenizer, tokens):
        return joined.phi_texts(tokenizer, tokens)

    def write_configs(self):
        case = self.case
        write_json(self.folder / "config.json", {
            "architectures": ["TinyLlavaForConditionalGeneration"], "cache_dir": None,
            "connector_type": "mlp2x_gelu", "hidden_size": case["hidden_size"],
            "ignore_index": -100, "image_aspect_ratio": "square", "image_token_index": -200,
            "llm_model_name_or_path": "microsoft/phi-2", "model_type": "tinyllava",
            "num_queries": 128, "num_resampler_layers": 3, "pad_token": "<|endoftext|>",
            "resampler_hidden_size": 768,
            "text_config": joined.phi_keys(case) | {
                "_name_or_path": "microsoft/phi-2", "architectures": ["PhiForCausalLM"],
                "model_type": "phi", "resid_pdrop": 0.1, "torch_dtype": case["dtype"],
                "vocab_size": case["vocab_rows"]},
            "tokenizer_model_max_length": 3072, "tokenizer_name_or_path": "microsoft/phi-2",
            "tokenizer_padding_side": "right", "tokenizer_use_fast": False,
            "torch_dtype": case["dtype"], "transformers_version": "4.39.3", "use_cache": True,
            "vision_config": {
                "hidden_act": "gelu_pytorch_tanh", "hidden_size": case["vision_hidden_size"],
                "image_size": case["image_size"],
                "intermediate_size": case["vision_intermediate_size"], "layer_norm_eps": 1e-06,
                "model_name_or_path": "google/siglip-so400m-patch14-384",
                "model_name_or_path2": "", "model_type": "siglip_vision_model",
                "num_attention_heads": case["vision_num_attention_heads"],
                "num_hidden_layers": case["vision_num_hidden_layers"],
                "patch_size": case["patch_size"]},
            "vision_feature_layer": -2, "vision_feature_select_strategy": "patch",
            "vision_hidden_size": case["vision_hidden_size"],
            "vision_model_name_or_path": "google/siglip-so400m-patch14-384",
            "vocab_size": case["vocab_rows"]})


class Former(Factory):
    """Before: the tower without its last layer and its head, all patches, no bias in Phi's head."""

    def __init__(self, case, folder):
        super().__init__(case, folder)
        old = self.llm.get_output_embeddings()
        self.llm.set_output_embeddings(
            torch.nn.Linear(old.in_features, old.out_features, bias=False))

    def tensors(self):
        tower = joined.tower_tensors(self.tower, "model.vision_tower.vision_tower.vision_model")
        last = f".encoder.layers.{self.case['vision_num_hidden_layers'] - 1}."
        found = dict(self.llm.named_parameters())
        found |= {name: tensor for name, tensor in tower.items()
                  if last not in name and ".head." not in name}
        return found | {f"model.mm_projector.{name}": tensor
                        for name, tensor in self.projector.named_parameters()}

    def vision(self, pixels):
        return self.states(pixels)

    def write_configs(self):
        write_json(self.folder / "config.json", joined.phi_keys(self.case) | {
            "architectures": ["TinyLlavaPhiForCausalLM"], "bos_token_id": None,
            "eos_token_id": None, "freeze_mm_mlp_adapter": False, "image_aspect_ratio": "square",
            "mm_hidden_size": self.case["vision_hidden_size"], "mm_projector_type": "mlp2x_gelu",
            "mm_use_im_patch_token": False, "mm_use_im_start_end": False,
            "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2,
            "mm_vision_tower": "bczhou/TinyLLaVA-3.1B-SigLIP", "model_type": "tiny_llava_phi",
            "pad_token": "<|endoftext|>", "resid_pdrop": 0.0,
            "tokenizer_model_max_length": 3072, "tokenizer_padding_side": "right",
            "torch_dtype": self.case["dtype"], "transformers_version": "4.37.2",
            "tune_mm_mlp_adapter": False, "use_cache": True, "use_mm_proj": True,
            "vocab_size": self.case["vocab_rows"]})


def layout_of(case, folder):
    return (Former if case["layout"].startswith("tinyllava-former") else Factory)(case, folder)


if __name__ == "__main__":
    joined.main(layout_of, "transformers PhiForCausalLM and SiglipVisionModel joined as published")
