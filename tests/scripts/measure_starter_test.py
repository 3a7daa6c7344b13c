#!/usr/bin/env python3
"""Tests of the steps of measure_starter.sh that are Python: choosing a split, and writing a card's tables."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
sys.path.insert(0, SCRIPTS)
import measure_starter  # noqa: E402


def run(*arguments):
    return subprocess.run([sys.executable, os.path.join(SCRIPTS, "measure_starter.py"), *arguments],
                          capture_output=True, text=True, check=False)


def scores(value):
    """What `slava-cxr evaluate --json` says of one system, every score the same."""
    tree = {"texts": {"different": 3, "most_frequent": "Clear.", "most_frequent_studies": 2, "as_predicted": 1}}
    for path, _ in measure_starter.TEXT_METRICS + measure_starter.LABEL_METRICS:
        node = tree
        for part in path.split("/")[:-1]:
            node = node.setdefault(part, {})
        node[path.split("/")[-1]] = {"value": value, "low": value, "high": value}
    each = {"value": value, "low": None, "high": None}
    tree["labels"]["uncertain_as_negative"]["per_label"] = {
        "Edema": {"support": 4.0, "precision": each, "recall": each, "f1": each}}
    return tree


def document():
    whole = scores(0.5)
    whole.update(n=7, program_version="1.2.3", protocol="r2gen", protocol_about="cleaned", training_reports=9,
                 interval={"resamples": 10, "seed": 0}, notices=["No CheXbert."],
                 side_choice={"sentences": 40, "right": 30, "value": 0.75, "low": 0.6, "high": 0.86})
    whole["controls"] = {name: dict(scores(0.25), about=f"about {name}", difference=scores(0.125))
                         for name, _ in measure_starter.SYSTEMS[1:]}
    return whole


class Films(unittest.TestCase):
    def test_the_split_alone_with_full_paths_and_without_reports(self):
        with tempfile.TemporaryDirectory() as folder:
            studies, out = os.path.join(folder, "studies.jsonl"), os.path.join(folder, "out.jsonl")
            with open(studies, "w", encoding="utf-8") as f:
                for name, split in (("a", "train"), ("b", "val")):
                    f.write(json.dumps({"study_id": name, "split": split, "findings": "Clear.",
                                        "images": [{"file": "i/1.jpg", "view": "frontal"}]}) + "\n")
            self.assertEqual(run("films", "--studies", studies, "--out", out).returncode, 0)
            with open(out, encoding="utf-8") as f:
                self.assertEqual([json.loads(line) for line in f], [
                    {"study_id": "b", "images": [{"file": os.path.join(folder, "i/1.jpg"), "view": "frontal"}]}])
            failed = run("films", "--studies", studies, "--split", "test", "--out", out)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("no study of the split test", failed.stderr)


class Blanks(unittest.TestCase):
    def test_so_many_films_and_a_manifest_that_names_them(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("blanks", "--out", folder, "--count", "6").returncode, 0)
            with open(os.path.join(folder, "films.jsonl"), encoding="utf-8") as f:
                films = [json.loads(line)["images"][0]["file"] for line in f]
            self.assertEqual(len(films), 6)
            self.assertTrue(all(os.path.exists(film) for film in films))


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.scores = self.write("scores.json", json.dumps(document()))
        self.blanks = os.path.join(self.folder.name, "blank-reports")
        for study, text in (("one", "The film cannot be assessed."), ("two", "The heart is normal.")):
            os.makedirs(os.path.join(self.blanks, study))
            self.write(f"blank-reports/{study}/report.json",
                       json.dumps({"findings": [{"text": text}], "impression": []}))

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def tables(self, card):
        out = os.path.join(self.folder.name, "measure.md")
        return run("tables", "--findings", self.scores, "--both", self.scores, "--blank-reports", self.blanks,
                   "--out", out, "--card", card)

    def test_the_tables_go_between_the_marks_and_may_be_written_again(self):
        card = self.write("README.md", f"Before.\n\n{measure_starter.BEGIN}\nold figures\n{measure_starter.END}\n\nAfter.\n")
        self.assertEqual(self.tables(card).stderr, "")
        with open(card, encoding="utf-8") as f:
            first = f.read()
        self.assertTrue(first.startswith("Before.\n\n") and first.endswith("\n\nAfter.\n"), first)
        self.assertNotIn("old figures", first)
        self.assertIn("| BLEU-4 | 0.500 (0.500 to 0.500) | 0.250 (0.250 to 0.250) |", first)
        self.assertIn("| Edema | 4 | 0.500 | 0.500 | 0.500 | 0.250 | 0.250 |", first)
        self.assertIn("- blanked films: about blanked_films.", first)
        self.assertIn("finds 30 likelier than with the sides exchanged, 0.750 (0.600 to 0.860)", first)
        self.assertIn("own films minus shuffled ones, paired: 0.125 (0.125 to 0.125).", first)
        self.assertIn("Of 2 films without a patient", first)
        self.assertIn("1 reports say that the film cannot be assessed, 1 call anything normal", first)
        self.assertEqual(self.tables(card).stderr, "")
        with open(card, encoding="utf-8") as f:
            self.assertEqual(f.read(), first)

    def test_the_ablation_has_a_row_for_each_measured_run_and_names_the_others(self):
        for run_name in ("reporting-1", "reporting-2", "radex-1"):
            os.makedirs(os.path.join(self.folder.name, run_name, "measure"))
            for section in ("both", "findings"):
                self.write(f"{run_name}/measure/{section}.json", json.dumps(document()))
        out = os.path.join(self.folder.name, "ablation.md")
        made = subprocess.run([sys.executable, os.path.join(SCRIPTS, "ablation_table.py"), self.folder.name, "--epochs", "3", "--batch", "16",
                               "--out", out],
                              capture_output=True, text=True, check=False)
        self.assertEqual(made.stderr, "")
        with open(out, encoding="utf-8") as f:
            table = f.read()
        self.assertIn("| reporting only | 2 | 0.500 (0.500 to 0.500) | 0.250 (0.250 to 0.250) |", table)
        self.assertIn("| + RADEX | 1 |", table)
        self.assertIn("Not measured: + recognition, + reasoning, + recognition, frontal film alone.", table)

    def test_a_card_without_marks_stays_as_it_is(self):
        card = self.write("README.md", "A card.\n")
        failed = self.tables(card)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("README.md: expected one line", failed.stderr)
        with open(card, encoding="utf-8") as f:
            self.assertEqual(f.read(), "A card.\n")

    def test_no_number_is_a_dash_and_no_zero_is_negative(self):
        self.assertEqual(measure_starter.digits(None), "-")
        self.assertEqual(measure_starter.digits(-0.0001), "0.000")


if __name__ == "__main__":
    unittest.main()
