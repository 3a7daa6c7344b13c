#!/usr/bin/env python3
"""The table of scripts/ablation.sh, from what `slava-cxr evaluate --json` printed for each row and seed.

In:   WORK/ROW-SEED/measure/both.json and findings.json.
Out:  one Markdown table; a row that has not been measured is left out and named.

Example:
  scripts/ablation_table.py runs/ablation --epochs 3 --batch 16 --out runs/ablation/ablation.md
"""

import argparse
import pathlib
import sys

import measure_starter

ROWS = [("reporting", "reporting only"), ("recognition", "+ recognition"), ("reasoning", "+ reasoning"),
        ("radex", "+ RADEX"), ("one-view", "+ recognition, frontal film alone")]
F1 = "labels/uncertain_as_positive/macro_f1_8"


def cells(run):
    """One run's columns after row and seed."""
    both = measure_starter.read_json(run / "measure/both.json")
    findings = measure_starter.read_json(run / "measure/findings.json")
    sides = [measure_starter.score(both, "predictions", f"labels/sides/{name}")["value"]
             for name in ("right", "wrong", "omitted")]
    return [measure_starter.with_interval(measure_starter.score(both, "predictions", F1)),
            measure_starter.with_interval(measure_starter.score(both, "shuffled", F1)),
            measure_starter.with_interval(measure_starter.score(findings, "predictions", "metrics/bleu_4")),
            findings["texts"]["different"],
            " / ".join(map(measure_starter.digits, sides))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path, help="folder of the ablation's runs")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="Markdown file to write")
    parser.add_argument("--epochs", type=int, required=True, help="of each run, for the table's head")
    parser.add_argument("--batch", type=int, required=True, help="of each run, likewise")
    args = parser.parse_args()
    table, missing = [], []
    for name, title in ROWS:
        runs = sorted(args.work.glob(f"{name}-[0-9]*"))
        measured = [run for run in runs if (run / "measure/both.json").exists()]
        if not measured:
            missing.append(title)
        table += [[title, run.name.rsplit("-", 1)[1]] + cells(run) for run in measured]
    if not table:
        sys.exit(f"ablation_table.py: {args.work}: expected runs with measure/both.json, found none")
    head = ["row", "seed", "macro F1, 8 labels", "the same, films shuffled", "BLEU-4, findings", "different texts",
            "sides right / wrong / omitted"]
    epochs = "1 epoch" if args.epochs == 1 else f"{args.epochs} epochs"
    lines = [f"Short schedule: {epochs} of the decoder in batches of {args.batch}; encoder and recognition head are "
             "the shipped starter's; 296 validation studies. In brackets: 95% intervals.", "",
             measure_starter.row(*head), "|" + "---|" * len(head)]
    lines += [measure_starter.row(*row) for row in table]
    if missing:
        lines += ["", "Not measured: " + ", ".join(missing) + "."]
    args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
