"""The phantom's films show what its parameters say, and the samples say that they are synthetic.

Run: python3 -m unittest tests/scripts/make_samples_test.py (needs numpy; pydicom for the tags).
"""

import dataclasses
import json
import os
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))

try:
    import numpy as np
except ImportError:
    np = None
try:
    import pydicom
except ImportError:
    pydicom = None

if np is not None:
    import make_samples
    from thorax_phantom.anatomy import Anatomy, Thorax
    from thorax_phantom.family import labels, random_thorax
    from thorax_phantom.film import View, air_path, film
    from thorax_phantom.sentences import sentences

    PA = View("pa", 256, 256, 1.6, 1.6, -204.8, -60.0)

SAMPLES = os.path.join(ROOT, "models", "samples")


def air_of(thorax):
    """mm of air along each ray of a frontal film."""
    anatomy = Anatomy(thorax)
    return anatomy, air_path(anatomy, PA, anatomy.air, ((-170, 170), (-150, 150), (-6, 340)), 1)


def heart_width_mm(thorax):
    """Between the outermost steep edges of the heart's shadow, above the domes."""
    anatomy, air = air_of(thorax)
    x, z = PA.u(), PA.v()
    left = right = 0.0
    for row in np.nonzero((z > 0.62 * thorax.lung_height) & (z < anatomy.z_dome_right - 6))[0]:
        slope = np.gradient(air[row], 1.6)
        edge = np.nonzero((x > 20) & (x < thorax.half_width - 18) & (slope > 3))[0]
        left = max(left, float(x[edge[-1]]) if len(edge) else 0.0)
        edge = np.nonzero((x < -15) & (x > 25 - thorax.half_width) & (slope < -3))[0]
        right = max(right, -float(x[edge[0]]) if len(edge) else 0.0)
    return left + right


@unittest.skipIf(np is None, "numpy is not installed")
class PhantomTest(unittest.TestCase):
    def test_the_projected_heart_is_as_wide_as_the_cardiothoracic_ratio_says(self):
        for ctr in (0.45, 0.52, 0.60):
            thorax = Thorax(ctr=ctr)
            self.assertAlmostEqual(
                heart_width_mm(thorax) / (2 * thorax.half_width), ctr, delta=0.04
            )

    def test_the_heart_and_the_stomach_lie_at_the_right_of_the_image(self):
        anatomy, air = air_of(Thorax(ctr=0.6))
        row = int((anatomy.z_dome_right - 10 - PA.top_mm) / PA.mm_per_row)
        self.assertLess(air[row, 128:].sum(), 0.85 * air[row, :128].sum())
        gas = air_path(anatomy, PA, anatomy.gas, ((-150, 150), (-90, 60), (200, 360)), 1)
        self.assertGreater(gas[:, 128:].sum(), 2 * gas[:, :128].sum())

    def test_fluid_fills_the_costophrenic_angle_of_its_own_side(self):
        dry, wet = air_of(Thorax())[1], air_of(Thorax(effusion_left=100.0))[1]
        self.assertLess(wet[:, 128:].sum(), 0.9 * dry[:, 128:].sum())
        np.testing.assert_array_equal(wet[:, :127], dry[:, :127])

    def test_lungs_are_darker_than_heart_and_abdomen(self):
        tones, _ = film(Thorax(), PA, make_samples.Exposure(), 1.4)
        at = lambda x, z: tones[int((z + 60) / 1.6), int((x + 204.8) / 1.6)]
        self.assertLess(at(-80, 110) + 0.2, at(45, 205))
        self.assertLess(at(-80, 110) + 0.2, at(-60, 300))


@unittest.skipIf(np is None, "numpy is not installed")
class FamilyTest(unittest.TestCase):
    def test_the_same_seed_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            for folder in (one, two):
                make_samples.family(folder, 1, 3)
            files = [os.path.join("images", f) for f in os.listdir(os.path.join(one, "images"))]
            for name in files + ["studies.jsonl"]:
                with open(os.path.join(one, name), "rb") as a, open(
                    os.path.join(two, name), "rb"
                ) as b:
                    self.assertEqual(a.read(), b.read(), name)
            with open(os.path.join(one, "studies.jsonl"), encoding="utf-8") as lines:
                study = json.loads(lines.readline())
            self.assertEqual(study["split"], "phantom")
            self.assertEqual([i["view"] for i in study["images"]], ["frontal", "lateral"])

    def test_sentences_and_labels_agree_with_the_parameters(self):
        for seed in range(300):
            rng = np.random.default_rng(seed)
            thorax, facts = random_thorax(rng, seed)
            found, concluded = sentences(rng, thorax, facts)
            text = (found + " " + concluded).lower()
            mark = labels(facts)
            self.assertFalse(0.50 < thorax.ctr < 0.53, thorax.ctr)
            self.assertEqual(mark["Cardiomegaly"], int(thorax.ctr >= 0.53))
            self.assertEqual(mark["Cardiomegaly"], int("cardiomegaly" in text), text)
            fluid = thorax.effusion_left > 0 or thorax.effusion_right > 0
            self.assertEqual(mark["Effusion"], int(fluid))
            self.assertIn("pneumothorax" if not fluid else "effusion", text)
            self.assertRegex(text, "heart|cardi")
            self.assertRegex(text, "mediastin|aorta")
            self.assertRegex(text, "lung|airspace|consolidation")

    def test_a_sample_is_never_rendered_as_a_member_of_the_family(self):
        sample = make_samples.SAMPLES["normal-heart"]
        real = make_samples.random_thorax
        make_samples.random_thorax = lambda rng, seed: (dataclasses.replace(sample, seed=seed), {})
        try:
            with tempfile.TemporaryDirectory() as folder, self.assertRaises(AssertionError):
                make_samples.family(folder, 1, 3)
        finally:
            make_samples.random_thorax = real


@unittest.skipIf(np is None or pydicom is None, "numpy or pydicom is not installed")
class ShippedSamplesTest(unittest.TestCase):
    def test_tags_are_those_of_a_film_and_say_synthetic(self):
        seen = set()
        for name, orientation, view in (("pa", ["L", "F"], "PA"), ("lateral", ["P", "F"], "LL")):
            for study in make_samples.SAMPLES:
                ds = pydicom.dcmread(os.path.join(SAMPLES, study, name + ".dcm"))
                self.assertEqual(ds.SOPClassUID, "1.2.840.10008.5.1.4.1.1.1.1")
                self.assertEqual((ds.BitsAllocated, ds.BitsStored), (16, 12))
                self.assertEqual(ds.ViewPosition, view)
                self.assertEqual(list(ds.PatientOrientation), orientation)
                self.assertIn("NOT A PATIENT", ds.StudyDescription)
                self.assertTrue(str(ds.PatientName).startswith("SYNTHETIC"))
                self.assertEqual(ds.StudyInstanceUID, make_samples.uid(study))
                seen.add(ds.SOPInstanceUID)
        self.assertEqual(len(seen), 4)


if __name__ == "__main__":
    unittest.main()
