#!/usr/bin/env python3
"""Tests of the rules that make training targets from reports, and of the phrase matcher that weighs them."""

import collections
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zlib

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts")
sys.path.insert(0, SCRIPTS)
import prepare_iu_xray as prepare  # noqa: E402
import training_phrases  # noqa: E402


def clean(text):
    return prepare.clean_section(text, collections.Counter())


class Cleaning(unittest.TestCase):
    def test_a_sentence_with_a_deidentification_mark_is_dropped(self):
        self.assertEqual(clean("XXXX are normal. The lungs are clear."), ["The lungs are clear."])

    def test_marks_with_one_possible_word_are_repaired(self):
        self.assertEqual(clean("Blunting of the left costophrenic XXXX."), ["Blunting of the left costophrenic angle."])
        self.assertEqual(clean("There are no XXXX of a pleural effusion."), ["There are no evidence of a pleural effusion."])
        self.assertEqual(clean("XXXX sternotomy XXXX are noted."), ["Sternotomy wires are noted."])

    def test_the_course_goes_and_the_finding_stays(self):
        for given, expected in [
            ("Stable cardiomegaly.", "Cardiomegaly."),
            ("The heart is again enlarged.", "The heart is enlarged."),
            ("The aorta is tortuous, unchanged from prior study.", "The aorta is tortuous."),
            ("Right hemidiaphragm remains elevated.", "Right hemidiaphragm is elevated."),
            ("Prior granulomatous disease.", "Old granulomatous disease."),
            ("No new infiltrate.", "No infiltrate."),
        ]:
            self.assertEqual(clean(given), [expected])

    def test_a_sentence_that_says_only_the_course_is_dropped(self):
        for given in ("The mediastinum is stable.", "No significant interval change.", "Increasing cardiomegaly.",
                      "Small effusion, increased since the prior study.", "The pneumothorax has resolved.",
                      "Interval removal of right PICC."):
            self.assertEqual(clean(given), [], given)

    def test_advice_behind_a_finding_goes_alone(self):
        self.assertEqual(clean("Nodule in the left upper lobe, recommend CT of the chest."), ["Nodule in the left upper lobe."])
        self.assertEqual(clean("Follow up to resolution recommended."), [])

    def test_other_examinations_history_and_calls_are_dropped(self):
        for given in ("CT scan with IV contrast may be helpful.", "The patient has a history of cancer.",
                      "Findings discussed with Dr. Smith at noon.", "Left knee: minimal degenerative changes."):
            self.assertEqual(clean(given), [], given)

    def test_numbering_case_and_full_stops_are_put_in_order(self):
        self.assertEqual(clean("1. no pneumothorax.. 2. Heart size normal"), ["No pneumothorax.", "Heart size normal."])
        self.assertEqual(clean("NO ACUTE CARDIOPULMONARY DISEASE."), ["No acute cardiopulmonary disease."])

    def test_sizes_in_figures_are_taken_out(self):
        self.assertEqual(clean("There is a 1.8 cm nodule in the left base."), ["There is a nodule in the left base."])

    def test_a_sentence_said_twice_stays_once(self):
        self.assertEqual(clean("Lungs are clear. Lungs are clear."), ["Lungs are clear."])

    def test_degenerative_changes_are_no_comparison(self):
        self.assertEqual(clean("Degenerative changes of the spine."), ["Degenerative changes of the spine."])


class Targets(unittest.TestCase):
    def target(self, **study):
        return prepare.make_target(study, collections.Counter(), "anatomy")

    def test_an_impression_alone_is_split_into_both_sections(self):
        findings, impression = self.target(findings="", impression="Clear lungs. No acute disease.",
                                           labels={"normal": 1}, mesh="normal")
        self.assertEqual(findings, ["Clear lungs."])
        self.assertEqual(impression, ["No acute disease."])

    def test_an_abnormal_study_whose_abnormal_text_is_gone_gets_no_target(self):
        self.assertEqual(self.target(findings="Interval increase in the effusion. Heart size normal.", impression="Stable.",
                                     labels={"normal": 0}, mesh="Pleural Effusion"), ([], []))

    def test_findings_come_in_anatomical_order(self):
        self.assertEqual(prepare.in_anatomical_order(["The lungs are clear.", "The heart is enlarged.", "This is mild."]),
                         ["The heart is enlarged.", "This is mild.", "The lungs are clear."])


class Labels(unittest.TestCase):
    def test_mesh_terms_give_descriptor_side_and_zone(self):
        labels = prepare.mesh_labels("Opacity/lung/base/left;Cardiomegaly/mild")
        for name in ("Opacity", "Opacity/base", "Opacity/on the left", "Opacity/base/on the left", "Cardiomegaly/mild",
                     "any left basal opacity", "any enlarged heart"):
            self.assertIn(name, labels)
        self.assertNotIn("any right basal opacity", labels)

    def test_bilateral_counts_for_either_side(self):
        labels = prepare.mesh_labels("Pleural Effusion/bilateral")
        self.assertLessEqual({"any effusion left", "any effusion right"}, labels)

    def test_no_indexing_is_unknown_and_normal_is_known(self):
        self.assertIsNone(prepare.mesh_labels("No Indexing"))
        self.assertEqual(prepare.mesh_labels("normal"), set())


class PhraseMatcher(unittest.TestCase):
    def test_affirmed_negated_and_mixed_sentences(self):
        for text, expected in [
            ("The heart is mildly enlarged.", {"Cardiomegaly"}),
            ("The heart is not enlarged.", set()),
            ("Heart size upper limits of normal.", set()),
            ("No pleural effusion or pneumothorax.", set()),
            ("Pleural effusion is not seen.", set()),
            ("No focal consolidation, but mild bibasilar atelectasis is seen.", {"Atelectasis"}),
            ("Cardiomegaly without effusion.", {"Cardiomegaly"}),
        ]:
            self.assertEqual(training_phrases.positives_of_text(text), expected, text)


class Programs(unittest.TestCase):
    def test_train_and_val_are_kept_apart_and_a_study_is_never_mixed(self):
        with tempfile.TemporaryDirectory() as folder:
            studies = []
            for n, split in enumerate(["train", "extra", "val", "test"]):
                studies.append({"study_id": f"S{n}", "split": split,
                                "images": [{"file": f"{n}l.png", "view": "lateral"}, {"file": f"{n}f.png", "view": "frontal"}],
                                "findings": "The heart is enlarged.", "impression": "Cardiomegaly.", "mesh": "Cardiomegaly",
                                "labels": {"Cardiomegaly": 1, "normal": 0}})
            path = os.path.join(folder, "studies.jsonl")
            with open(path, "w", encoding="utf-8") as f:
                f.write("".join(json.dumps(s) + "\n" for s in studies))
            out = os.path.join(folder, "out")
            subprocess.run([sys.executable, os.path.join(SCRIPTS, "prepare_iu_xray.py"), "--studies", path, "--out", out,
                            "--min-positives", "1", "--blanks", "6", "--single-view", "0"], check=True, capture_output=True)
            with open(os.path.join(out, "train.json"), encoding="utf-8") as f:
                train = json.load(f)
            with open(os.path.join(out, "val.json"), encoding="utf-8") as f:
                val = json.load(f)
            self.assertEqual([i["id"] for i in val], ["S2"])
            self.assertEqual([i["id"] for i in train if not i["id"].startswith("blank")], ["S0", "S1"])
            self.assertEqual(train[0]["views"], ["frontal", "lateral"])
            self.assertTrue(train[0]["image"][0].endswith("0f.png"))
            self.assertEqual(train[0]["conversations"][1]["value"], "FINDINGS: The heart is enlarged. IMPRESSION: Cardiomegaly.")
            self.assertEqual(train[0]["labels"]["Cardiomegaly"], 1)
            self.assertEqual(train[0]["conversations"][0]["value"].count("<image>"), 2)

    def test_a_blank_film_is_a_readable_grey_png(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "b.png")
            prepare.write_grey_png(path, 8, [bytes([77]) * 8] * 8)
            with open(path, "rb") as f:
                data = f.read()
            self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
            start = data.index(b"IDAT") + 4
            length = int.from_bytes(data[start - 8:start - 4], "big")
            self.assertEqual(zlib.decompress(data[start:start + length]), (b"\0" + b"\x4d" * 8) * 8)


if __name__ == "__main__":
    unittest.main()
