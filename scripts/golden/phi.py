"""Phi alone with random weights: logits of a prompt, greedy tokens.

  python -m golden.phi OUT
"""

import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

from golden.record import MIN_MARGIN, write_json


def record(out):
    config = transformers.PhiConfig(
        vocab_size=61, hidden_size=48, intermediate_size=96, num_hidden_layers=3,
        num_attention_heads=4, max_position_embeddings=64, partial_rotary_factor=0.5)
    for seed in range(100):
        torch.manual_seed(seed)
        model = transformers.PhiForCausalLM(config).eval().float()
        for name, parameter in model.named_parameters():
            # Norms and biases away from 1 and 0, weights large enough that logits spread.
            scale = 0.3 if parameter.dim() > 1 else 0.1
            parameter.data = parameter.data + scale * \
                torch.randn_like(parameter)
        prompt = torch.randint(0, 61, (1, 11))
        ids, margins = prompt, []
        with torch.no_grad():
            for _ in range(24):
                logits = model(ids).logits[0, -1]
                top = logits.topk(2).values
                margins.append((top[0] - top[1]).item())
                ids = torch.cat([ids, logits.argmax().view(1, 1)], 1)
        tokens = ids[0, 11:].tolist()
        if min(margins) > MIN_MARGIN and len(set(tokens)) >= 8:
            break
    else:
        raise SystemExit("no seed gives clear and varied tokens")
    folder = out / "phi"
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()},
              folder / "model.safetensors")
    with torch.no_grad():
        logits = model(prompt).logits[0]
    text_config = {key: getattr(config, key) for key in (
        "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
        "num_attention_heads", "max_position_embeddings", "layer_norm_eps", "hidden_act")}
    text_config |= {"model_type": "phi", "partial_rotary_factor": 0.5, "rope_theta": 10000.0}
    write_json(folder / "golden.json", {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "seed": seed, "text_config": text_config, "prompt": prompt[0].tolist(),
        "tokens": tokens, "last_logits": logits[-1].tolist(), "first_logits": logits[0].tolist()})


if __name__ == "__main__":
    record(pathlib.Path(sys.argv[1]))
