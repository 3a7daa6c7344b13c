#!/usr/bin/env python3
"""Two steps of measure_starter.sh that are no work for the program: choosing a split, and a card's tables.

In:   studies.jsonl of the IU X-ray folder; the JSON that `slava-cxr evaluate --json` printed.
Out:  the studies of one split with the full paths of their films; the tables as Markdown, and in a model's card.
Never: a metric. Every number in the tables is the program's own.

Examples:
  scripts/measure_starter.py films --studies STUDIES.jsonl --split val --out films.jsonl
  scripts/measure_starter.py tables --findings findings.json --both both.json --out measure.md --card README.md
"""

import argparse
import json
import os
import sys

import prepare_iu_xray

BEGIN, END = "<!-- scripts/measure_starter.sh writes from here -->", "<!-- to here -->"

SYSTEMS = [("predictions", "own films"), ("constant_normal", "constant normal report"),
           ("best_training_constant", "best training report"), ("shuffled", "shuffled studies"),
           ("blanked_films", "blanked films")]
TEXT_METRICS = [(f"metrics/{name}", title) for name, title in [
    ("bleu_1", "BLEU-1"), ("bleu_2", "BLEU-2"), ("bleu_3", "BLEU-3"), ("bleu_4", "BLEU-4"),
    ("rouge_l_coco", "ROUGE-L (coco-caption)"), ("cider_d", "CIDEr-D"),
    ("meteor_exact_stem", "METEOR, exact and stem part"), ("length_ratio", "words, against the references'")]]
LABELS = "labels/uncertain_as_negative"
LABEL_METRICS = [(f"{LABELS}/{name}", title) for name, title in [
    ("micro_f1_14", "micro F1, 14 labels"), ("macro_f1_14", "macro F1, 14 labels"),
    ("micro_f1_5", "micro F1, the field's 5"), ("macro_f1_5", "macro F1, the field's 5")]] + [
    ("labels/uncertain_as_positive/macro_f1_8", "macro F1, 8 frequent labels, uncertain as positive"),
    ("labels/differences_per_study", "labels that differ, a study (less is better)"),
    ("labels/abnormal/f1", "abnormal studies, F1"), ("labels/abnormal/specificity", "normal studies called normal"),
    ("labels/sides/right", "sides right, of findings that both name"),
    ("labels/sides/wrong", "sides wrong, of the same"), ("labels/sides/omitted", "sides omitted, of the same")]


def stop(message):
    sys.exit(f"measure_starter.py: {message}")


def read_json(path):
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except (OSError, json.JSONDecodeError) as problem:
        stop(f"{path}: expected what `slava-cxr evaluate --json` prints, found: {problem}")


def films(args):
    folder = os.path.dirname(os.path.abspath(args.studies))
    count = 0
    try:
        with open(args.studies, encoding="utf-8") as studies, open(args.out, "w", encoding="utf-8") as out:
            for line in studies:
                study = json.loads(line)
                if study["split"] != args.split:
                    continue
                images = [{"file": os.path.join(folder, image["file"]), "view": image["view"]}
                          for image in study["images"]]
                out.write(json.dumps({"study_id": study["study_id"], "images": images}) + "\n")
                count += 1
    except (OSError, json.JSONDecodeError, KeyError) as problem:
        stop(f"{args.studies}: expected one study a line, found: {problem!r}")
    if count == 0:
        stop(f"{args.studies}: no study of the split {args.split}")


def blanks(args):
    paths = prepare_iu_xray.write_blanks(os.path.join(args.out, "films"), args.count, args.seed)
    with open(os.path.join(args.out, "films.jsonl"), "w", encoding="utf-8") as out:
        for path in paths:
            study = os.path.splitext(os.path.basename(path))[0]
            out.write(json.dumps({"study_id": study,
                                  "images": [{"file": os.path.abspath(path), "view": "frontal"}]}) + "\n")


def blank_line(folder):
    """How many of the reports on films without a patient say so, and how many sound normal."""
    said = normal = count = 0
    for study in sorted(os.listdir(folder)):
        path = os.path.join(folder, study, "report.json")
        if not os.path.exists(path):
            continue
        report = read_json(path)
        text = " ".join(s["text"] for s in report["findings"] + report["impression"]).lower()
        count += 1
        said += "cannot be assessed" in text
        normal += any(word in text for word in ("normal", "clear", "no acute"))
    return (f"Of {count} films without a patient (constant, noise, gradients; drawn with another seed than the "
            f"training's), with the gate off: {said} reports say that the film cannot be assessed, {normal} call "
            "anything normal.")


def side_line(document):
    choice = document["side_choice"]
    return (f"Left or right: of {choice['sentences']} sentences of the references that tell one side the model finds "
            f"{choice['right']} likelier than with the sides exchanged, {with_interval(choice)} (chance 0.5).")


def difference_line(document):
    difference = score(document, "shuffled", "difference/labels/uncertain_as_positive/macro_f1_8")
    return f"Macro F1 over the 8 labels, own films minus shuffled ones, paired: {with_interval(difference)}."


def of_system(document, system):
    return document if system == "predictions" else document["controls"][system]


def score(document, system, path):
    node = of_system(document, system)
    for part in path.split("/"):
        node = node[part]
    return node


def digits(value):
    if value is None:
        return "-"
    text = f"{value:.3f}"
    return "0.000" if text == "-0.000" else text


def with_interval(value):
    if value["value"] is None or value["low"] is None:
        return digits(value["value"])
    return f"{digits(value['value'])} ({digits(value['low'])} to {digits(value['high'])})"


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def system_table(document, metrics):
    lines = [row("", *(title for _, title in SYSTEMS)), "|---" * (len(SYSTEMS) + 1) + "|"]
    for path, title in metrics:
        lines.append(row(title, *(with_interval(score(document, name, path)) for name, _ in SYSTEMS)))
    for key, title in [("different", "different texts"), ("most_frequent_studies", "studies with the most frequent text"),
                       ("as_predicted", "studies with the text of their own films")]:
        lines.append(row(title, *(of_system(document, name)["texts"][key] for name, _ in SYSTEMS)))
    return lines


def label_table(document):
    lines = [row("label", "in references", "precision", "recall", "F1", "F1, shuffled", "F1, blanked"), "|---" * 7 + "|"]
    for label, own in document["labels"]["uncertain_as_negative"]["per_label"].items():
        others = [score(document, system, f"{LABELS}/per_label/{label}/f1")["value"]
                  for system in ("shuffled", "blanked_films")]
        lines.append(row(label, f"{own['support']:.0f}", digits(own["precision"]["value"]),
                         digits(own["recall"]["value"]), with_interval(own["f1"]), *map(digits, others)))
    return lines


def tables_of(findings, both, blank_reports):
    interval = findings["interval"]
    lines = [
        f"Made by `scripts/measure_starter.sh` with slava-cxr {findings['program_version']}, greedy, on {findings['n']} "
        "studies. In brackets: 95% intervals, "
        f"{interval['resamples']} bootstrap resamples of the studies, seed {interval['seed']}. Every text is an "
        "AI-generated draft, to be verified by a physician.",
        "",
        f"Findings against findings, protocol `{findings['protocol']}` ({findings['protocol_about']}); training "
        f"reports: {findings['training_reports']}:",
        "",
        *system_table(findings, TEXT_METRICS),
        "",
        "Labels of findings and impression together, uncertain as negative:",
        "",
        *system_table(both, LABEL_METRICS),
        "",
        "Own films, label by label:",
        "",
        *label_table(both),
        "",
        difference_line(both),
        "",
        side_line(both),
        "",
        blank_line(blank_reports),
        "",
        "A figure counts only as far as it beats the controls beside it:",
        "",
        *(f"- {title}: {findings['controls'][name]['about']}." for name, title in SYSTEMS[1:]),
        "",
        f"Most frequent text of the blanked films: \"{both['controls']['blanked_films']['texts']['most_frequent']}\"",
        "",
        *both["notices"],
    ]
    return "\n".join(lines) + "\n"


def tables(args):
    text = tables_of(read_json(args.findings), read_json(args.both), args.blank_reports)
    with open(args.out, "w", encoding="utf-8") as f:
        f.write(text)
    if not args.card:
        return
    with open(args.card, encoding="utf-8") as f:
        card = f.read()
    if card.count(BEGIN) != 1 or card.count(END) != 1:
        stop(f"{args.card}: expected one line {BEGIN} and one {END}; the tables are in {args.out}")
    before, rest = card.split(BEGIN)
    with open(args.card, "w", encoding="utf-8") as f:
        f.write(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    choose = commands.add_parser("films", help="the studies of one split with full paths")
    choose.add_argument("--studies", required=True)
    choose.add_argument("--split", default="val")
    choose.add_argument("--out", required=True, metavar="FILE")
    choose.set_defaults(run=films)
    draw = commands.add_parser("blanks", help="films without a patient")
    draw.add_argument("--out", required=True, metavar="DIR")
    draw.add_argument("--count", type=int, default=100)
    draw.add_argument("--seed", type=int, default=20)
    draw.set_defaults(run=blanks)
    show = commands.add_parser("tables", help="the tables of a card")
    show.add_argument("--findings", required=True, metavar="FILE", help="evaluate --json of the findings")
    show.add_argument("--both", required=True, metavar="FILE", help="evaluate --json of both sections")
    show.add_argument("--blank-reports", required=True, metavar="DIR", help="report --output on films without a patient")
    show.add_argument("--out", required=True, metavar="FILE")
    show.add_argument("--card", metavar="FILE", help="a model's README.md whose tables are replaced")
    show.set_defaults(run=tables)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
