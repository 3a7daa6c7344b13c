"""What is common to references that are joined here out of transformers' parts, because
transformers has no class for the layout: a vision tower, a projector, a language model."""

import json
import pathlib
import shutil
import sys

import torch
import transformers

from golden import pictures
from golden.prompts import SYSTEM, prompt_of
from golden.record import (NEW_TOKENS, Recorder, Rejected, generate, randomise, stored,
                           write_weights)

GAINS = {
    "query_key_value.weight": 1.7, "q_proj.weight": 1.7, "k_proj.weight": 1.7,
    "lm_head.weight": 5.0, "embed_tokens.weight": 1.0, "position_embedding.weight": 0.5,
    "class_embedding": 0.5, "mm_projector.weight": 1.0,
}


class Joined:
    """A layout. A subclass makes `language` (record.Language), `llm` (its model) and `projector`."""

    # (preset, fit of the film, no_repeat_ngram_size)
    presets = (("checkpoint", "pad", 0),)
    # In the head's row of a token that must never be said.
    silent_bias = -10

    def __init__(self, case, folder):
        self.case = case
        self.folder = folder

    def tensors(self):
        """{published name: parameter}."""
        raise NotImplementedError

    def rule_names(self):
        """{name that tells randomise() what a parameter is: parameter}."""
        return self.tensors()

    def head(self):
        """Weight and bias (or None) of the language model's head."""
        output = self.llm.get_output_embeddings()
        return output.weight, output.bias

    def write_configs(self):
        """config.json and what else the folder holds beside weights and tokenizer."""
        raise NotImplementedError

    def vision(self, pixels):
        """Pixels [3, S, S] to features [N, E]."""
        raise NotImplementedError

    def pixels(self, path, fit):
        return pictures.pixels_of(path, pictures.processor_of(self.folder), fit)

    def load_tokenizers(self):
        """The tokenizers of the folder; all must agree, the last one decodes."""
        raise NotImplementedError

    def chunk_ids(self, tokenizer, chunks):
        """Ids of the chunks around <image>, encoded apart."""
        return [tokenizer(chunk).input_ids for chunk in chunks]

    def texts(self, tokenizer, tokens):
        """The keys `text` and, where the layout cleans up, `text_cleaned`."""
        return {"text": tokenizer.decode(tokens, skip_special_tokens=True,
                                         clean_up_tokenization_spaces=False)}

    def check(self, recorder):
        """generate() of this transformers must write the tokens that were made step by step."""
        for run in recorder.runs:
            prompt = self.prompt(run["ids"],
                                 recorder.arrays[f"projected.{run['film']}.{run['fit']}"])
            tokens = self.llm.generate(
                inputs_embeds=prompt[None], attention_mask=torch.ones(1, len(prompt)),
                do_sample=False, num_beams=1, max_new_tokens=NEW_TOKENS, pad_token_id=0)
            if tokens[0, -NEW_TOKENS:].tolist() != run["tokens"]:
                raise SystemExit(f"{run['name']}: generate() gives other tokens:\n"
                                 f"{tokens[0].tolist()}\n{run['tokens']}")

    def embed(self, ids):
        return self.llm.get_input_embeddings()(ids)

    def prompt(self, ids, projected):
        """Embeddings [T, D] of the ids before and after the image, its tokens between them."""
        before, after = (self.embed(torch.tensor(part)) for part in ids)
        return torch.cat([before, projected, after])

    def prompt_ids(self, prompt, tokenizers):
        chunks = prompt.split("<image>")
        first = self.chunk_ids(tokenizers[0], chunks)
        for tokenizer in tokenizers[1:]:
            other = self.chunk_ids(tokenizer, chunks)
            if other != first:
                raise SystemExit(f"tokenizers disagree on {prompt!r}:\n{first}\n{other}")
        return first

    def record(self, films, tokenizers):
        recorder = Recorder()
        special = set(tokenizers[0].all_special_ids)
        forbidden = special | set(range(len(tokenizers[0]), self.case["vocab_rows"]))
        weight, bias = self.head()
        for token in forbidden:
            weight[token] = 0
            if bias is not None:
                bias[token] = self.silent_bias
        for film, path in films.items():
            for preset, fit, no_repeat in self.presets:
                pixels = self.pixels(path, fit)
                features = self.vision(pixels)
                projected = self.projector(features)
                recorder.add_stages(film, fit, pixels, features, projected)
                for kind in self.case["kinds"][preset]:
                    question, prompt = prompt_of(kind, SYSTEM)
                    ids = self.prompt_ids(prompt, tokenizers)
                    made = generate(self.language, self.embed, self.prompt(ids, projected),
                                    [*ids[0], -200, *ids[1]], forbidden, no_repeat)
                    recorder.add_run({
                        "film": film, "preset": preset, "fit": fit, "prompt_kind": kind,
                        "question": question, "prompt": prompt, "ids": ids,
                        "no_repeat_ngram_size": no_repeat}, made,
                        self.texts(tokenizers[-1], made["tokens"]))
        recorder.check()
        self.check(recorder)
        return recorder


@torch.no_grad()
def main(layout, reference):
    """Writes the checkpoint of the case that the first argument names."""
    case = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(case["out"])
    folder.mkdir(parents=True, exist_ok=True)
    for file in pathlib.Path(case["vocabulary"]).iterdir():
        shutil.copy(file, folder)
    films = {name: pathlib.Path(path) for name, path in case["films"].items()}
    model = layout(case, folder)
    model.write_configs()
    tokenizers = model.load_tokenizers()
    dtype = getattr(torch, case["dtype"])
    for seed in range(case["seed"], case["seed"] + 200):
        randomise(model.rule_names().items(), seed, dtype, GAINS)
        try:
            recorder = model.record(films, tokenizers)
            break
        except Rejected as reason:
            print(f"seed {seed} rejected: {reason}", file=sys.stderr)
    else:
        raise SystemExit("no seed gives clear and varied tokens")
    write_weights(folder, stored(model.tensors(), dtype), case["shards"])
    film, fit = recorder.runs[0]["film"], recorder.runs[0]["fit"]
    recorder.write(folder, {
        "layout": case["layout"], "seed": seed, "reference": reference,
        "image_tokens": len(recorder.arrays[f"projected.{film}.{fit}"]),
        "stored_dtype": case["dtype"], "films": case["film_names"]})
    print(f"{folder}: seed {seed}, {len(recorder.runs)} runs")


def mlp(depth, vision_width, width):
    """LLaVA's mlpNx_gelu."""
    layers = []
    for i in range(depth):
        layers += [torch.nn.GELU()] if i else []
        layers.append(torch.nn.Linear(width if i else vision_width, width))
    return torch.nn.Sequential(*layers)


def phi_of(case):
    """PhiForCausalLM of the case's sizes, and its configuration."""
    config = transformers.PhiConfig(
        vocab_size=case["vocab_rows"], hidden_size=case["hidden_size"],
        intermediate_size=case["intermediate_size"],
        num_hidden_layers=case["num_hidden_layers"],
        num_attention_heads=case["num_attention_heads"], max_position_embeddings=2048,
        partial_rotary_factor=case["partial_rotary_factor"], bos_token_id=None, eos_token_id=None)
    return transformers.PhiForCausalLM(config).eval(), config


def phi_keys(case):
    """The keys of Phi's own config.json."""
    return {
        "attention_dropout": 0.0, "embd_pdrop": 0.0, "hidden_act": "gelu_new",
        "hidden_size": case["hidden_size"], "initializer_range": 0.02,
        "intermediate_size": case["intermediate_size"], "layer_norm_eps": 1e-05,
        "max_position_embeddings": 2048, "num_attention_heads": case["num_attention_heads"],
        "num_hidden_layers": case["num_hidden_layers"],
        "num_key_value_heads": case["num_attention_heads"],
        "partial_rotary_factor": case["partial_rotary_factor"], "qk_layernorm": False,
        "rope_scaling": None, "rope_theta": 10000.0, "tie_word_embeddings": False}


def phi_tokenizers(folder):
    """The slow tokenizer and the fast one; later transformers have a single class."""
    classes = dict.fromkeys([transformers.CodeGenTokenizer, transformers.CodeGenTokenizerFast])
    return [one.from_pretrained(folder) for one in classes]


def phi_texts(tokenizer, tokens):
    text, cleaned = (tokenizer.decode(tokens, skip_special_tokens=True,
                                      clean_up_tokenization_spaces=clean)
                     for clean in (False, True))
    return {"text": text, "text_cleaned": cleaned}


def clip_of(case):
    config = transformers.CLIPVisionConfig(
        hidden_size=case["vision_hidden_size"], intermediate_size=case["vision_intermediate_size"],
        num_hidden_layers=case["vision_num_hidden_layers"],
        num_attention_heads=case["vision_num_attention_heads"], image_size=case["image_size"],
        patch_size=case["patch_size"], projection_dim=32)
    return transformers.CLIPVisionModel(config).eval(), config


def tower_tensors(tower, prefix):
    """{`prefix`.name: parameter}, whether or not this transformers has `vision_model` in between."""
    return {f"{prefix}.{name.removeprefix('vision_model.')}": tensor
            for name, tensor in tower.named_parameters()}
