"""Small vocabularies in the published file sets, written by transformers 4.36.2's tokenizers.

  python -m golden.vocabularies bpe|sentencepiece|plain-sentencepiece SIZE SEED OUT [--legacy] [--json]
"""

import argparse
import json
import pathlib
import random

from golden.sentences import SENTENCES

END_OF_TEXT = "<|endoftext|>"


def corpus(seed):
    """Not the same words for every seed, so that vocabularies differ."""
    sentences = list(SENTENCES)
    random.Random(seed).shuffle(sentences)
    return sentences[: len(sentences) - 3 * (seed % 4)] * 3


def write_bpe(size, seed, out, with_json):
    """GPT-2's byte-level BPE, `size` entries with <|endoftext|> last, then Phi-2's added tokens."""
    import tokenizers
    import transformers

    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.train_from_iterator(corpus(seed), tokenizers.trainers.BpeTrainer(
        vocab_size=size - 1, show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(bpe.to_str())["model"]
    vocabulary = model["vocab"]
    if len(vocabulary) != size - 1:
        raise SystemExit(f"the corpus gives {len(vocabulary)} entries, expected {size - 1}")
    vocabulary[END_OF_TEXT] = size - 1
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    merges = [m if isinstance(m, str) else " ".join(m) for m in model["merges"]]
    (out / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    fast = transformers.CodeGenTokenizerFast(
        str(out / "vocab.json"), str(out / "merges.txt"), model_max_length=2048)
    fast.add_tokens([transformers.AddedToken(character * count, normalized=True)
                     for character, longest in ((" ", 31), ("\t", 9))
                     for count in range(longest, 1, -1)])
    fast.save_pretrained(out)
    if not with_json:
        (out / "tokenizer.json").unlink()


def write_sentencepiece(size, seed, out, legacy, with_json, adds_image):
    """LLaMA's kind of sentencepiece model, then <image> and <pad> where LLaVA adds them."""
    import sentencepiece
    import transformers

    out.mkdir(parents=True, exist_ok=True)
    with open(out / "tokenizer.model", "wb") as model:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus(seed)), model_writer=model, model_type="bpe",
            vocab_size=size, byte_fallback=True, normalization_rule_name="identity",
            remove_extra_whitespaces=False, split_digits=True, allow_whitespace_only_pieces=True,
            add_dummy_prefix=True, character_coverage=0.995, unk_id=0, bos_id=1, eos_id=2,
            pad_id=-1, minloglevel=2)
    slow = transformers.LlamaTokenizer(
        str(out / "tokenizer.model"), legacy=legacy, model_max_length=4096)
    if adds_image:
        slow.add_tokens([transformers.AddedToken("<image>", special=True, normalized=False)],
                        special_tokens=True)
        slow.add_special_tokens({"pad_token": "<pad>"})
    slow.save_pretrained(out)
    if with_json:
        transformers.LlamaTokenizerFast.from_pretrained(out).save_pretrained(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["bpe", "sentencepiece", "plain-sentencepiece"])
    parser.add_argument("size", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--legacy", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.kind == "bpe":
        write_bpe(args.size, args.seed, args.out, args.json)
    else:
        write_sentencepiece(args.size, args.seed, args.out, args.legacy, args.json,
                            args.kind == "sentencepiece")


if __name__ == "__main__":
    main()
