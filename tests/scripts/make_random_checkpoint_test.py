"""make_random_checkpoint.py: narrow checkpoints, so that it takes a second."""

import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/make_random_checkpoint.py"
sys.path.insert(0, str(ROOT / "scripts"))

try:
    import numpy
    import make_random_checkpoint as script
    from safetensors_file import SafetensorsFile
except ImportError:
    numpy = None


@unittest.skipIf(numpy is None, "numpy is not installed")
class MakeRandomCheckpoint(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def make(self, name, seed=1):
        return subprocess.run(
            [sys.executable, SCRIPT, self.root / name, "--seed", str(seed), "--layers", "2",
             "--vision-layers", "2", "--width-divisor", "16"], capture_output=True, text=True)

    def weights(self, name):
        index = json.loads((self.root / name / "model.safetensors.index.json").read_text())
        found = {}
        for file in sorted(set(index["weight_map"].values())):
            with SafetensorsFile(self.root / name / file) as shard:
                for tensor in shard.tensors.values():
                    self.assertEqual(index["weight_map"].pop(tensor.name), file)
                    self.assertEqual(tensor.dtype, "BF16")
                    found[tensor.name] = b"".join(shard.chunks(tensor))
        self.assertEqual(index["weight_map"], {})
        return found

    def test_the_seed_alone_decides_the_weights(self):
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            self.assertEqual(self.make(name, seed).returncode, 0)
        a, b, c = (self.weights(name) for name in "abc")
        self.assertEqual(a, b)
        self.assertNotEqual(a["lm_head.weight"], c["lm_head.weight"])
        self.assertNotEqual(a["model.layers.0.mlp.fc1.weight"], a["model.layers.1.mlp.fc1.weight"])

    def test_weights_are_small_and_norms_are_one(self):
        self.assertEqual(self.make("a").returncode, 0)
        weights = self.weights("a")
        self.assertEqual(set(struct.iter_unpack("<H", weights["model.final_layernorm.weight"])),
                         {(0x3F80,)})
        bits = numpy.frombuffer(weights["lm_head.weight"], "<u2").astype(numpy.uint32) << 16
        self.assertAlmostEqual(float(bits.view(numpy.float32).std()), 0.02, places=3)

    def test_a_checkpoint_that_is_there_is_not_overwritten(self):
        self.assertEqual(self.make("a").returncode, 0)
        again = self.make("a")
        self.assertEqual(again.returncode, 2)
        self.assertIn("holds a checkpoint already", again.stderr)

    def test_the_full_size_is_the_published_one(self):
        # Phi-2 2.780 B, CLIP-L/336 303.5 M, projector 9.2 M.
        count = sum(int(numpy.prod(shape)) for _, shape in
                    script.shapes(script.DECODER, script.VISION))
        self.assertAlmostEqual(count / 1e9, 3.09, places=2)
        self.assertEqual(len(list(script.shapes(script.DECODER, script.VISION))), 453 + 391 + 4)

    def test_large_files_are_split(self):
        shards = script.in_shards(script.shapes(script.DECODER, script.VISION))
        self.assertGreater(len(shards), 2)
        for shard in shards:
            self.assertLessEqual(sum(count for _, _, count in shard), script.SHARD_BYTES)


if __name__ == "__main__":
    unittest.main()
