"""Random checkpoints of transformers' own LLaVA (CLIP, MLP, LLaMA) and what they compute.

  python -m golden.llava skeleton CASE.json    (transformers 4.36.2: its config, its tensor names)
  python -m golden.llava record CASE.json      (current transformers)
  python -m golden.llava check CASE.json       (4.36.2 again: reads the finished folder)
"""

import copy
import json
import pathlib
import shutil
import sys

import torch
import transformers
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from golden import pictures
from golden.prompts import prompt_of
from golden.record import (NEW_TOKENS, Language, Recorder, Rejected, generate, randomise, stored,
                           write_json, write_weights)

GAINS = {
    "self_attn.q_proj.weight": 1.7, "self_attn.k_proj.weight": 1.7, "lm_head.weight": 5.0,
    "embed_tokens.weight": 1.0, "position_embedding.weight": 0.5, "class_embedding": 0.5,
}


def config_of(case):
    """LlavaConfig with the case's sizes; what the case leaves out stays at the class's default."""
    pick = lambda prefix: {key.removeprefix(prefix): value for key, value in case.items()
                           if key.startswith(prefix)}
    text = transformers.LlamaConfig(vocab_size=case["vocab_rows"], max_position_embeddings=4096,
                                    **pick("text_"))
    vision = transformers.CLIPVisionConfig(image_size=case["image_size"],
                                           patch_size=case["patch_size"], projection_dim=32,
                                           **pick("clip_"))
    return transformers.LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=case["image_token"],
        pad_token_id=case["image_token"] + 1, **pick("llava_"))


def skeleton(case):
    """Everything of the checkpoint but the numbers, as transformers 4.36.2 writes it."""
    folder = pathlib.Path(case["out"])
    model = transformers.LlavaForConditionalGeneration(config_of(case))
    model.to(getattr(torch, case["dtype"])).save_pretrained(folder)


def finish_folder(case, folder):
    for file in pathlib.Path(case["vocabulary"]).iterdir():
        shutil.copy(file, folder)
    pictures.write_preprocessor_config(folder, case["image_size"],
                                       case.get("plain_sizes", False))
    write_json(folder / "generation_config.json", {
        "_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2,
        "pad_token_id": case["image_token"] + 1, "transformers_version": "4.36.2"})
    write_json(folder / "processor_config.json", {
        "image_token": "<image>", "patch_size": case["patch_size"],
        "processor_class": "LlavaProcessor", "num_additional_image_tokens": 1,
        "vision_feature_select_strategy": case["llava_vision_feature_select_strategy"]})


def tower_name(name, style):
    """A tensor name of the current transformers in the spelling of `style`.

    old: up to 4.51 and whatever later 4.x saved. new: the modules of 5.x as they are.
    v5: what 5.x saves unless told otherwise. 4.57: the modules of 4.52 to 4.57 as they are.
    """
    if style == "new":
        return name
    if style == "4.57":
        return name.replace("model.vision_tower.", "model.vision_tower.vision_model.", 1)
    if name == "lm_head.weight":
        return "language_model.lm_head.weight"
    name = name.removeprefix("model.")
    name = name.replace("language_model.", "language_model.model.", 1) \
        if name.startswith("language_model.") else name
    if style == "old":
        name = name.replace("vision_tower.", "vision_tower.vision_model.", 1)
    return name


def save(case, folder, model):
    """The published files of the weights; returns nothing that could be used instead of them."""
    dtype = getattr(torch, case["dtype"])
    style = case["names"]
    parameters = dict(model.named_parameters())
    tensors = stored({tower_name(name, style): tensor for name, tensor in parameters.items()},
                     dtype)
    if style == "old":
        with safe_open(str(folder / "model.safetensors"), "pt") as file:
            expected = {name: tuple(file.get_tensor(name).shape) for name in file.keys()}
        if expected != {name: tuple(tensor.shape) for name, tensor in tensors.items()}:
            raise SystemExit("names or shapes are not those of transformers 4.36.2: "
                             f"{sorted(set(expected) ^ set(tensors))}")
    else:
        # A copy: rounding this one would round its rotary frequencies, which no file holds.
        rounded = copy.deepcopy(model).to(dtype)
        rounded.save_pretrained(folder, save_original_format=style == "v5")
        saved = load_file(folder / "model.safetensors")
        if style != "4.57" and set(saved) != set(tensors):
            raise SystemExit(f"names are not those that transformers {transformers.__version__} "
                             f"saves: {sorted(set(saved) ^ set(tensors))}")
        if style == "4.57":
            write_former_config(folder)
    write_weights(folder, tensors, case["shards"])


def write_former_config(folder):
    """config.json in the form of transformers 4.57: the base of the rotation on its own."""
    config = json.loads((folder / "config.json").read_text())
    rope = config["text_config"].pop("rope_parameters")
    config["text_config"] |= {"rope_scaling": None, "rope_theta": rope["rope_theta"]}
    config["transformers_version"] = "4.57.1"
    write_json(folder / "config.json", config)


def record(case, model, folder, films, tokenizer, runs_ids):
    recorder = Recorder()
    image_processor = pictures.processor_of(folder)
    processor = transformers.LlavaProcessor(
        image_processor, tokenizer, patch_size=case["patch_size"], num_additional_image_tokens=1,
        vision_feature_select_strategy=case["llava_vision_feature_select_strategy"])
    image_tokens = (case["image_size"] // case["patch_size"]) ** 2 + \
        (case["llava_vision_feature_select_strategy"] == "full")
    forbidden = {0, 1, 2, case["image_token"], *range(len(tokenizer), case["vocab_rows"]),
                 case["image_token"] + 1}
    head = model.lm_head.weight
    for token in forbidden:
        # Tied tables serve as embeddings too, so that nothing there becomes zero.
        head[token] = (head[token] / 16).to(getattr(torch, case["dtype"])).float()
    embed = model.get_input_embeddings()
    language = Language(TextModel(model))
    for film, path in films.items():
        pixels = pictures.pixels_of(path, image_processor, "crop")
        layer = model.config.vision_feature_layer
        states = model.model.vision_tower(pixels[None], output_hidden_states=True).hidden_states
        features = states[layer][0]
        if case["llava_vision_feature_select_strategy"] == "default":
            features = features[1:]
        projected = model.model.multi_modal_projector(features)
        recorder.add_stages(film, "crop", pixels, features, projected)
        for kind in case["kinds"]["checkpoint"]:
            question, prompt = prompt_of(kind, "")
            ids = runs_ids[prompt]
            composed = [*ids[0], *[case["image_token"]] * image_tokens, *ids[1]]
            check_processor(processor, prompt, path, composed, pixels)
            embeddings = torch.cat([embed(torch.tensor(ids[0])), projected,
                                    embed(torch.tensor(ids[1]))])
            made = generate(language, embed, embeddings, composed, forbidden, 0)
            recorder.add_run({
                "film": film, "preset": "checkpoint", "fit": "crop", "prompt_kind": kind,
                "question": question, "prompt": prompt, "ids": ids, "no_repeat_ngram_size": 0},
                made, {"text": tokenizer.decode(made["tokens"], skip_special_tokens=True,
                                                clean_up_tokenization_spaces=False)})
    recorder.check()
    check_generate(model, recorder, case["image_token"], image_tokens)
    return recorder, image_tokens


def check_processor(processor, prompt, path, ids, pixels):
    """The current processor must expand the prompt to 4.36.2's ids, and see the same picture."""
    inputs = processor(text=prompt, images=Image.open(path).convert("RGB"), return_tensors="pt")
    if inputs["input_ids"][0].tolist() != ids:
        raise SystemExit(f"the current processor encodes {prompt!r} otherwise than 4.36.2's slow "
                         f"tokenizer:\n{inputs['input_ids'][0].tolist()}\n{ids}")
    if not torch.equal(inputs["pixel_values"][0], pixels):
        raise SystemExit("the processor's pixels are not those of the picture processor")


def check_generate(model, recorder, image_token, image_tokens):
    """generate() on pixels and expanded ids must write the tokens that were made step by step."""
    for run in recorder.runs:
        before, after = run["ids"]
        ids = torch.tensor([[*before, *[image_token] * image_tokens, *after]])
        tokens = model.generate(
            input_ids=ids, pixel_values=recorder.arrays[f"pixels.{run['film']}.crop"][None],
            attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS,
            do_sample=False)[0, ids.shape[1]:].tolist()
        if tokens != run["tokens"]:
            raise SystemExit(f"{run['name']}: generate() gives other tokens:\n{tokens}\n"
                             f"{run['tokens']}")


class TextModel(torch.nn.Module):
    """The language half with its head, in the shape that Language asks for."""

    def __init__(self, llava):
        super().__init__()
        self.inner = llava.model.language_model
        self.head = llava.lm_head

    def forward(self, inputs_embeds, use_cache, cache=None):
        out = self.inner(inputs_embeds=inputs_embeds, use_cache=use_cache, cache=cache)
        out.logits = self.head(out.last_hidden_state)
        return out


def record_case(case):
    folder = pathlib.Path(case["out"])
    films = {name: pathlib.Path(path) for name, path in case["films"].items()}
    if case["names"] == "old":
        config = transformers.LlavaConfig.from_pretrained(folder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        config = config_of(case)
    finish_folder(case, folder)
    tokenizer = transformers.LlamaTokenizer.from_pretrained(folder)
    runs_ids = json.loads((pathlib.Path(case["prompt_ids"])).read_text())
    config.dtype = torch.float32
    model = transformers.LlavaForConditionalGeneration(config).eval()
    tied = config.text_config.tie_word_embeddings
    for seed in range(case["seed"], case["seed"] + 300):
        randomise(model.named_parameters(), seed, getattr(torch, case["dtype"]), GAINS,
                  "model.language_model.norm.weight" if tied else None)
        try:
            recorder, image_tokens = record(case, model, folder, films, tokenizer, runs_ids)
            break
        except Rejected as reason:
            print(f"seed {seed} rejected: {reason}", file=sys.stderr)
    else:
        raise SystemExit("no seed gives clear and varied tokens")
    save(case, folder, model)
    recorder.write(folder, {
        "layout": case["layout"], "seed": seed,
        "reference": "transformers LlavaForConditionalGeneration", "image_tokens": image_tokens,
        "stored_dtype": case["dtype"], "films": case["film_names"]})
    print(f"{folder}: seed {seed}, {len(recorder.runs)} runs")


def check(case):
    """transformers 4.36.2 reads the finished folder and finds the same next tokens."""
    folder = pathlib.Path(case["out"])
    expected = json.loads((folder / "expected.json").read_text())
    arrays = load_file(folder / "expected.safetensors")
    model = transformers.LlavaForConditionalGeneration.from_pretrained(
        folder, torch_dtype=torch.float32).eval()
    embed = model.get_input_embeddings()
    worst = 0.0
    for run in expected["runs"]:
        pixels = arrays[f"pixels.{run['film']}.{run['fit']}"]
        states = model.vision_tower(pixels[None], output_hidden_states=True).hidden_states
        features = states[model.config.vision_feature_layer][0]
        if model.config.vision_feature_select_strategy == "default":
            features = features[1:]
        before, after = (embed(torch.tensor(part)) for part in run["ids"])
        tokens = embed(torch.tensor(run["tokens"][:-1]))
        prompt = torch.cat([before, model.multi_modal_projector(features), after])
        logits = model.language_model(inputs_embeds=torch.cat([prompt, tokens])[None]).logits[0]
        wanted = arrays[f"logits.{run['name']}"]
        worst = max(worst, ((logits[len(prompt) - 1] - wanted).abs().max() /
                            wanted.abs().max()).item())
        if logits[len(prompt) - 1:].argmax(-1).tolist() != run["tokens"]:
            raise SystemExit(f"{folder}: transformers 4.36.2 gives other tokens in {run['name']}")
    if worst > 1e-4:
        raise SystemExit(f"{folder}: transformers 4.36.2 gives other logits, by {worst:.1e}")
    print(f"{folder}: transformers 4.36.2 agrees, logits within {worst:.1e}")


@torch.no_grad()
def main():
    case = json.loads(pathlib.Path(sys.argv[2]).read_text())
    {"skeleton": skeleton, "record": record_case, "check": check}[sys.argv[1]](case)


if __name__ == "__main__":
    main()
