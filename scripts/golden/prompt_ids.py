"""Ids of LLaVA's prompts by transformers 4.36.2's slow LlamaTokenizer, the published behaviour.

  python -m golden.prompt_ids VOCABULARY OUT.json
"""

import json
import pathlib
import sys

import transformers

from golden.prompts import QUESTIONS, prompt_of


def main():
    tokenizer = transformers.LlamaTokenizer.from_pretrained(sys.argv[1])
    image = tokenizer.convert_tokens_to_ids("<image>")
    found = {}
    for kind in QUESTIONS:
        _, prompt = prompt_of(kind, "")
        ids = tokenizer(prompt).input_ids
        cut = ids.index(image)
        found[prompt] = [ids[:cut], ids[cut + 1:]]
    pathlib.Path(sys.argv[2]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
