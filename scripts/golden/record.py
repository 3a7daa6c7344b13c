"""What is common to all layouts: random weights, greedy generation with its margins, the files."""

import importlib.metadata
import inspect
import json
import math
import pathlib
import platform

import torch
from safetensors.torch import save_file

NEW_TOKENS = 64
MIN_MARGIN = 1e-3
# Another float32 implementation differs by about 1e-6 of the largest logit; nearer to that, a
# choice between two tokens would be chance.
MIN_MARGIN_SHARE = 5e-5
MIN_DIFFERENT_TOKENS = 20


class Rejected(Exception):
    """This seed's model is too dull or too close to a tie to test anything."""


def randomise(parameters, seed, dtype, gains, signed_norm=None):
    """Fills (name, tensor) pairs with values that `dtype` holds exactly. `gains`: {ending: gain}.

    `signed_norm`: a norm whose weights take either sign. Without one in front of a tied head, every
    token would be most like itself and be said for ever.
    """
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in parameters:
        noise = torch.randn(tensor.shape, generator=generator)
        norm = "norm" in name.split(".")[-2] or "layrnorm" in name
        if name == signed_norm:
            value = noise
        elif norm and name.endswith("weight"):
            value = 1 + 0.2 * noise
        elif tensor.dim() == 1:
            value = 0.1 * noise
        else:
            fan_in = 1 if "embed" in name and "patch" not in name else math.prod(tensor.shape[1:])
            gain = next((g for ending, g in gains.items() if name.endswith(ending)), 1.0)
            value = gain * noise / math.sqrt(fan_in)
        tensor.copy_(value.to(dtype).float())


class Language:
    """A causal language model of either transformers, asked for logits with a cache."""

    def __init__(self, model):
        self.model = model
        names = inspect.signature(model.forward).parameters
        self.cache = "cache" if "cache" in names else "past_key_values"

    def __call__(self, embeddings, cache=None):
        """Logits [T, V] of embeddings [T, D] behind what the cache holds, and the new cache."""
        out = self.model(inputs_embeds=embeddings[None], use_cache=True, **{self.cache: cache})
        return out.logits[0], getattr(out, self.cache)


def generate(language, embed, prompt, prompt_ids, forbidden, no_repeat):
    """Greedy tokens after prompt [T, D]: {tokens, margins, logits [T, V]}.

    Upstream hands prompt ids and new ids to the no-repeat rule together, so n-grams of the prompt
    count too; `prompt_ids` has -200 where the image tokens stand.
    """
    from transformers.generation.logits_process import NoRepeatNGramLogitsProcessor

    logits, cache = language(prompt)
    result = {"logits": logits, "tokens": [], "margins": [], "bans": 0}
    last = logits[-1]
    while True:
        scores = last
        if no_repeat:
            ids = torch.tensor([prompt_ids + result["tokens"]])
            scores = NoRepeatNGramLogitsProcessor(no_repeat)(ids, last[None].clone())[0]
            result["bans"] += scores.argmax().item() != last.argmax().item()
        top = scores.topk(2)
        token, margin = top.indices[0].item(), (top.values[0] - top.values[1]).item()
        if token in forbidden:
            raise Rejected(f"token {token} is no text")
        least = max(MIN_MARGIN, MIN_MARGIN_SHARE * last.abs().max().item())
        if margin < least:
            place = len(result["tokens"])
            raise Rejected(f"margin {margin:.2e} below {least:.2e} at token {place}")
        result["tokens"].append(token)
        result["margins"].append(margin)
        if len(result["tokens"]) == NEW_TOKENS:
            break
        last, cache = language(embed(torch.tensor([token])), cache)
        last = last[-1]
    different = len(set(result["tokens"]))
    if different < MIN_DIFFERENT_TOKENS:
        raise Rejected(f"only {different} different tokens")
    # The cache is the reference's own; one pass over everything says that it changed nothing.
    whole = torch.cat([prompt, embed(torch.tensor(result["tokens"][:-1]))])
    teacher = language(whole)[0][len(prompt) - 1:].argmax(-1).tolist()
    if not no_repeat and teacher != result["tokens"]:
        raise SystemExit("cached and whole passes of the reference disagree")
    return result


def versions():
    names = ("torch", "transformers", "tokenizers", "sentencepiece", "safetensors", "numpy",
             "pillow")
    return {"python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in names}}


class Recorder:
    """Collects the arrays and runs of one checkpoint; writes expected.safetensors and .json."""

    def __init__(self):
        self.arrays = {}
        self.runs = []

    def check(self):
        """Films change the tokens, and so does the no-repeat rule where it holds."""
        seen = {}
        for run in self.runs:
            key = (run["prompt_kind"], run["preset"], tuple(run["tokens"]))
            if key in seen:
                raise Rejected(f"{run['name']} has the tokens of {seen[key]}")
            seen[key] = run["name"]
        ruled = [run["bans"] for run in self.runs if run["no_repeat_ngram_size"]]
        if ruled and not any(ruled):
            raise Rejected("the no-repeat rule never changes a token")

    def add(self, name, array):
        self.arrays[name] = array.detach().float().contiguous().clone()

    def add_stages(self, film, fit, pixels, features, projected):
        self.add(f"pixels.{film}.{fit}", pixels)
        self.add(f"vision.{film}.{fit}", features)
        self.add(f"projected.{film}.{fit}", projected)

    def add_run(self, asked, made, texts):
        """`asked`: the run's keys in expected.json up to the answer; `texts`: those after it."""
        name = f"{asked['film']}.{asked['preset']}.{asked['prompt_kind']}"
        self.add(f"logits.{name}", made["logits"][-1])
        self.add(f"margins.{name}", torch.tensor(made["margins"]))
        if not self.runs:
            self.add(f"logits_all.{name}", made["logits"])
        self.runs.append({
            "name": name, **asked, "prompt_tokens": len(made["logits"]),
            "max_new_tokens": NEW_TOKENS, "bans": made["bans"], "tokens": made["tokens"],
            "min_margin": min(made["margins"]), **texts})

    def write(self, folder, head):
        save_file(self.arrays, str(folder / "expected.safetensors"))
        write_json(folder / "expected.json", {**head, "versions": versions(), "runs": self.runs})


def write_json(path, value):
    pathlib.Path(path).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def stored(tensors, dtype):
    """The tensors in the number type of the file, which must hold each of them exactly."""
    out = {name: tensor.data.to(dtype).contiguous() for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        if not torch.equal(out[name].float(), tensor.data):
            raise SystemExit(f"{name} is not exact in {dtype}: what was recorded is another model")
    return out


def write_weights(folder, tensors, shards):
    """model.safetensors, or `shards` files of about equal size with their index, as published."""
    folder = pathlib.Path(folder)
    for old in folder.glob("model*.safetensors*"):
        old.unlink()
    if shards == 1:
        save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
        return
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    parts, size = [{}], 0
    for name, tensor in tensors.items():
        if size >= total * len(parts) / shards:
            parts.append({})
        parts[-1][name] = tensor
        size += tensor.numel() * tensor.element_size()
    weight_map = {}
    for i, part in enumerate(parts):
        file = f"model-{i + 1:05}-of-{len(parts):05}.safetensors"
        save_file(part, str(folder / file), metadata={"format": "pt"})
        weight_map |= {name: file for name in part}
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
