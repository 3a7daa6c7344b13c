#!/usr/bin/env python3
"""Record what the published scorers make of invented reports, for tests/evaluate.

  pip install pycocoevalcap rouge-score
  scripts/make_metric_golden.py tests/golden/metrics

Each file is one corpus: prepared texts in pairs, the scores of the corpus and of each pair by
pycocoevalcap's BLEU, ROUGE-L and CIDEr-D, and by rouge-score without stemmer. Texts are already
split by spaces, because pycocoevalcap's own tokenizer needs Java. All sentences are invented here.
"""

import argparse
import json
import pathlib
import random

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from rouge_score.rouge_scorer import RougeScorer

SIDES = ["left", "right", "bilateral"]
ZONES = ["base", "apex", "upper lobe", "mid zone", "lower lobe", "costophrenic angle"]
SIZES = ["trace", "small", "mild", "moderate", "large", "2.5 cm"]
THINGS = ["effusion", "opacity", "consolidation", "nodule", "atelectasis", "scarring"]
NORMAL = ["the heart is normal in size .", "heart size within normal limits .",
          "lungs are clear .", "the lungs appear clear and well expanded .",
          "no pleural effusion .", "no pneumothorax or effusion is seen .",
          "mediastinal contours are unremarkable .", "osseous structures are intact ."]


def abnormal(draw):
    return draw.choice([
        f"there is a {draw.choice(SIZES)} {draw.choice(SIDES)} {draw.choice(THINGS)} "
        f"at the {draw.choice(ZONES)} .",
        f"{draw.choice(SIZES)} {draw.choice(THINGS)} in the {draw.choice(SIDES)} "
        f"{draw.choice(ZONES)} , possibly {draw.choice(THINGS)} .",
        f"{draw.choice(SIDES)}-sided {draw.choice(THINGS)} has increased since the prior film .",
        f"T{draw.randint(2, 12)} compression , {draw.randint(5, 60)} % height loss ( unchanged ) ."])


def report(draw, sentences):
    return " ".join(abnormal(draw) if draw.random() < 0.4 else draw.choice(NORMAL)
                    for _ in range(sentences))


def altered(draw, text):
    """A prediction: some words dropped, doubled, exchanged or moved."""
    words = []
    for word in text.split():
        chance = draw.random()
        if chance < 0.08:
            continue
        words.append(draw.choice(SIDES + THINGS) if chance < 0.14 else word)
        if chance > 0.96:
            words.append(word)
    if draw.random() < 0.3:
        middle = len(words) // 2
        words = words[middle:] + words[:middle]
    return " ".join(words) or "."


def varied(draw):
    """60 pairs: reports of one to eight sentences and their altered copies."""
    references = [report(draw, draw.randint(1, 8)) for _ in range(60)]
    return [(altered(draw, text), text) for text in references]


def constant(draw):
    """40 studies, one prediction for all of them: long runs of equal words, zero CIDEr."""
    fixed = report(draw, 4)
    return [(fixed, report(draw, draw.randint(2, 6))) for _ in range(40)]


def edges(draw):
    """What divides by zero: one word, equal, disjoint and much too long or short texts."""
    return [("clear", "clear"), ("clear", "effusion"), (report(draw, 3), "normal chest ."),
            ("normal", report(draw, 9)), ("no no no no", "no effusion"), ("a b c", "a b c"),
            ("a b c d e f", "f e d c b a"), (". . .", "lungs are clear ."),
            ("Größe 1.5 cm", "größe 1.5 cm"), ("x-ray shows 50% loss", "X-RAY shows 50 % loss")]


def unrelated(draw):
    """30 pairs of reports that have nothing to do with each other."""
    return [(report(draw, draw.randint(1, 7)), report(draw, draw.randint(1, 7)))
            for _ in range(30)]


def score(pairs):
    references = {i: [reference] for i, (_, reference) in enumerate(pairs)}
    predictions = {i: [prediction] for i, (prediction, _) in enumerate(pairs)}
    corpus, each = {}, [{} for _ in pairs]
    bleu, bleu_each = Bleu(4).compute_score(references, predictions, verbose=0)
    for order in range(4):
        corpus[f"bleu_{order + 1}"] = bleu[order]
        for row, value in zip(each, bleu_each[order]):
            row[f"sentence_bleu_{order + 1}"] = value
    for name, scorer in [("rouge_l_coco", Rouge()), ("cider_d", Cider())]:
        corpus[name], values = scorer.compute_score(references, predictions)
        for row, value in zip(each, values):
            row[name] = value
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    for row, (prediction, reference) in zip(each, pairs):
        for ours, theirs in [("rouge_1", "rouge1"), ("rouge_2", "rouge2"), ("rouge_l", "rougeL")]:
            row[ours] = rouge.score(reference, prediction)[theirs].fmeasure
    for name in ["rouge_1", "rouge_2", "rouge_l"] + [f"sentence_bleu_{k}" for k in range(1, 5)]:
        corpus[name] = sum(row[name] for row in each) / len(each)
    rows = [{"prediction": prediction, "reference": reference,
             "scores": {name: round(float(value), 10) for name, value in row.items()}}
            for row, (prediction, reference) in zip(each, pairs)]
    return {"corpus": {name: float(value) for name, value in corpus.items()}, "pairs": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for seed, make in enumerate([varied, constant, edges, unrelated], start=1):
        result = {"about": make.__doc__, **score(make(random.Random(seed)))}
        text = json.dumps(result, indent=1, ensure_ascii=False)
        (folder / f"{make.__name__}.json").write_text(text + "\n", encoding="utf-8")
        print(make.__name__, {k: round(v, 4) for k, v in result["corpus"].items()})


if __name__ == "__main__":
    main()
