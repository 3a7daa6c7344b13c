"""Random checkpoints of the layout `llava_phi` (SLaVA-CXR, LLaVA-Phi) and what they compute.

transformers has no such class: its Phi and CLIP are joined here as the published code joins them.
Under 4.36.2 Phi has one query_key_value per layer, under later ones three projections.

  python -m golden.llava_phi CASE.json
"""

import json
import pathlib
import shutil
import sys

import torch
import transformers

from golden import pictures
from golden.prompts import SYSTEM, prompt_of
from golden.record import (NEW_TOKENS, Language, Recorder, Rejected, generate, randomise, stored,
                           write_json, write_weights)

GAINS = {
    "query_key_value.weight": 1.7, "q_proj.weight": 1.7, "k_proj.weight": 1.7,
    "lm_head.weight": 5.0, "embed_tokens.weight": 1.0, "position_embedding.weight": 0.5,
    "class_embedding": 0.5, "mm_projector.weight": 1.0,
}


class LlavaPhi:

    def __init__(self, case):
        self.case = case
        c = case
        self.phi_config = transformers.PhiConfig(
            vocab_size=c["vocab_rows"], hidden_size=c["hidden_size"],
            intermediate_size=c["intermediate_size"], num_hidden_layers=c["num_hidden_layers"],
            num_attention_heads=c["num_attention_heads"], max_position_embeddings=2048,
            partial_rotary_factor=c["partial_rotary_factor"], bos_token_id=None, eos_token_id=None)
        self.vision_config = transformers.CLIPVisionConfig(
            hidden_size=c["vision_hidden_size"], intermediate_size=c["vision_intermediate_size"],
            num_hidden_layers=c["vision_num_hidden_layers"],
            num_attention_heads=c["vision_num_attention_heads"], image_size=c["image_size"],
            patch_size=c["patch_size"], projection_dim=32)
        self.phi = transformers.PhiForCausalLM(self.phi_config).eval()
        self.tower = transformers.CLIPVisionModel(self.vision_config).eval()
        wide = c["hidden_size"]
        layers = []
        for i in range(c["projector_depth"]):
            layers += [torch.nn.GELU()] if i else []
            layers.append(torch.nn.Linear(wide if i else c["vision_hidden_size"], wide))
        self.projector = torch.nn.Sequential(*layers)
        self.language = Language(self.phi)

    def tensors(self):
        """{published name: parameter}."""
        found = dict(self.phi.named_parameters())
        for name, tensor in self.tower.named_parameters():
            name = name.removeprefix("vision_model.")
            found[f"model.vision_tower.vision_model.{name}"] = tensor
        for name, tensor in self.projector.named_parameters():
            if self.case["projector_depth"] == 1:
                name = name.removeprefix("0.")
            found[f"model.mm_projector.{name}"] = tensor
        return found

    def embed(self, ids):
        return self.phi.get_input_embeddings()(ids)

    def prompt(self, ids, projected):
        """Embeddings [T, D] of the ids before and after the image, its tokens between them."""
        before, after = (self.embed(torch.tensor(part)) for part in ids)
        return torch.cat([before, projected, after])

    def vision(self, pixels):
        states = self.tower(pixels[None], output_hidden_states=True).hidden_states
        return states[-2][0, 1:]


class UpstreamGeneration(transformers.PhiForCausalLM):
    """generate() as upstream calls it: with prompt ids, -200 where the image's embeddings go."""

    def splice(self, prompt):
        self.prompt = prompt
        return self

    def prepare_inputs_for_generation(self, input_ids, past_key_values=None, **_):
        given = {"inputs_embeds": self.prompt[None]} if past_key_values is None else \
            {"input_ids": input_ids[:, -1:]}
        return given | {"past_key_values": past_key_values, "use_cache": True}


def check_generate(model, recorder):
    """transformers 4.36.2's generate() must write the tokens that were made step by step."""
    model.phi.__class__ = UpstreamGeneration
    for run in recorder.runs:
        before, after = run["ids"]
        ids = [*before, -200, *after]
        prompt = model.prompt(run["ids"], recorder.arrays[f"projected.{run['film']}.{run['fit']}"])
        tokens = model.phi.splice(prompt).generate(
            torch.tensor([ids]), do_sample=False, num_beams=1, max_new_tokens=NEW_TOKENS,
            no_repeat_ngram_size=run["no_repeat_ngram_size"], pad_token_id=0)[0, len(ids):].tolist()
        if tokens != run["tokens"]:
            raise SystemExit(f"{run['name']}: generate() gives other tokens:\n{tokens}\n"
                             f"{run['tokens']}")
    model.phi.__class__ = transformers.PhiForCausalLM


def projector_type(case):
    depth = case["projector_depth"]
    return "linear" if depth == 1 else f"mlp{depth}x_gelu"


def write_config(folder, case, model):
    """config.json with the keys of the published one."""
    vision = model.vision_config
    phi = model.phi_config
    write_json(folder / "config.json", {
        "_name_or_path": "./model/LLaVA-Med-Phi-finetune",
        "architectures": ["LlavaPhiForCausalLM"],
        "attention_dropout": 0.0,
        "auto_map": {"AutoConfig": "configuration_phi.PhiConfig",
                     "AutoModelForCausalLM": "modeling_phi.PhiForCausalLM"},
        "bos_token_id": None, "embd_pdrop": 0.0, "eos_token_id": None,
        "freeze_mm_mlp_adapter": False, "freeze_vision_tower": False,
        "hidden_act": "gelu_new", "hidden_size": phi.hidden_size,
        "image_aspect_ratio": "pad", "initializer_range": 0.02,
        "intermediate_size": phi.intermediate_size, "layer_norm_eps": 1e-05,
        "max_position_embeddings": phi.max_position_embeddings,
        "mm_use_im_patch_token": False, "mm_use_im_start_end": False, "model_type": "llava_phi",
        "num_attention_heads": phi.num_attention_heads,
        "num_hidden_layers": phi.num_hidden_layers,
        "num_key_value_heads": phi.num_attention_heads,
        "partial_rotary_factor": case["partial_rotary_factor"], "qk_layernorm": False,
        "resid_pdrop": 0.1, "rope_scaling": None, "rope_theta": 10000.0,
        "tie_word_embeddings": False, "tokenizer_model_max_length": 2048,
        "tokenizer_padding_side": "right", "torch_dtype": case["dtype"],
        "transformers_version": "4.36.2", "tune_mm_mlp_adapter": False, "use_cache": True,
        "vision_config": {
            "mm_projector": {
                "hidden_size": phi.hidden_size, "mm_hidden_size": vision.hidden_size,
                "mm_projector_type": projector_type(case), "model_type": "llava_phi_projector"},
            "vision_tower": {
                "attention_dropout": 0.0, "hidden_act": "quick_gelu",
                "hidden_size": vision.hidden_size, "image_size": vision.image_size,
                "initializer_factor": 1.0, "initializer_range": 0.02,
                "intermediate_size": vision.intermediate_size, "layer_norm_eps": 1e-05,
                "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2,
                "model_type": "llava_phi_clip_vision_model",
                "num_attention_heads": vision.num_attention_heads, "num_channels": 3,
                "num_hidden_layers": vision.num_hidden_layers, "patch_size": vision.patch_size,
                "projection_dim": vision.projection_dim}},
        "vocab_size": phi.vocab_size})
    write_json(folder / "generation_config.json",
               {"_from_model_config": True, "transformers_version": "4.36.2"})
    pictures.write_preprocessor_config(folder, vision.image_size,
                                       case.get("plain_sizes", False))


def tokenizers_of(folder):
    """The slow tokenizer and the fast one; later transformers have a single class."""
    classes = dict.fromkeys([transformers.CodeGenTokenizer, transformers.CodeGenTokenizerFast])
    return [one.from_pretrained(folder) for one in classes]


def prompt_ids(prompt, tokenizers):
    """Ids of the chunks around <image>, encoded apart."""
    chunks = prompt.split("<image>")
    first = [tokenizers[0](chunk).input_ids for chunk in chunks]
    for tokenizer in tokenizers[1:]:
        other = [tokenizer(chunk).input_ids for chunk in chunks]
        if other != first:
            raise SystemExit(f"tokenizers disagree on {prompt!r}:\n{first}\n{other}")
    return first


def record(case, model, folder, films, tokenizers):
    recorder = Recorder()
    processor = pictures.processor_of(folder)
    weights = model.tensors()
    text_tokens = len(tokenizers[0])
    end = tokenizers[0].eos_token_id
    forbidden = {end, *range(text_tokens, case["vocab_rows"])}
    head = weights["lm_head.weight"], weights["lm_head.bias"]
    for token in forbidden:
        head[0][token] = 0
        head[1][token] = -10
    for film, path in films.items():
        for preset, fit, no_repeat in (("checkpoint", "pad", 0), ("upstream-eval", "crop", 3)):
            pixels = pictures.pixels_of(path, processor, fit)
            features = model.vision(pixels)
            projected = model.projector(features)
            recorder.add_stages(film, fit, pixels, features, projected)
            for kind in case["kinds"][preset]:
                question, prompt = prompt_of(kind, SYSTEM)
                ids = prompt_ids(prompt, tokenizers)
                made = generate(model.language, model.embed, model.prompt(ids, projected),
                                [*ids[0], -200, *ids[1]], forbidden, no_repeat)
                text, cleaned = (tokenizers[-1].decode(made["tokens"], skip_special_tokens=True,
                                                       clean_up_tokenization_spaces=clean)
                                 for clean in (False, True))
                recorder.add_run({
                    "film": film, "preset": preset, "fit": fit, "prompt_kind": kind,
                    "question": question, "prompt": prompt, "ids": ids,
                    "no_repeat_ngram_size": no_repeat}, made,
                    {"text": text, "text_cleaned": cleaned})
    recorder.check()
    if transformers.__version__ == "4.36.2":
        check_generate(model, recorder)
    return recorder


@torch.no_grad()
def main():
    case = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(case["out"])
    folder.mkdir(parents=True, exist_ok=True)
    for file in pathlib.Path(case["vocabulary"]).iterdir():
        shutil.copy(file, folder)
    films = {name: pathlib.Path(path) for name, path in case["films"].items()}
    model = LlavaPhi(case)
    write_config(folder, case, model)
    tokenizers = tokenizers_of(folder)
    dtype = getattr(torch, case["dtype"])
    weights = model.tensors()
    for seed in range(case["seed"], case["seed"] + 200):
        randomise(weights.items(), seed, dtype, GAINS)
        try:
            recorder = record(case, model, folder, films, tokenizers)
            break
        except Rejected as reason:
            print(f"seed {seed} rejected: {reason}", file=sys.stderr)
    else:
        raise SystemExit("no seed gives clear and varied tokens")
    write_weights(folder, stored(weights, dtype), case["shards"])
    recorder.write(folder, {
        "layout": case["layout"], "seed": seed, "reference": "transformers PhiForCausalLM and "
        "CLIPVisionModel joined as published", "image_tokens": (case["image_size"] //
                                                                case["patch_size"]) ** 2,
        "stored_dtype": case["dtype"], "films": case["film_names"]})
    print(f"{folder}: seed {seed}, {len(recorder.runs)} runs")


if __name__ == "__main__":
    main()
