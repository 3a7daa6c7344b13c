"""The recorded checkpoints hold what their README promises, and the comparison sees differences."""

import contextlib
import io
import json
import pathlib
import stat
import struct
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINTS = ROOT / "tests/golden/checkpoints"
sys.path.insert(0, str(ROOT / "scripts"))

from golden import cases, compare  # noqa: E402
from safetensors_file import SafetensorsFile  # noqa: E402


def expected_of(layout):
    return json.loads((CHECKPOINTS / layout / "expected.json").read_text())


class RecordedCheckpoints(unittest.TestCase):

    def test_every_layout_is_there_and_all_are_small(self):
        self.assertEqual(sorted(path.parent.name for path in CHECKPOINTS.glob("*/expected.json")),
                         sorted(cases.LAYOUTS))
        size = sum(path.stat().st_size for path in CHECKPOINTS.rglob("*"))
        self.assertLess(size, 9_000_000)

    def test_tokens_are_varied_clear_and_different_for_every_film(self):
        for layout in cases.LAYOUTS:
            expected = expected_of(layout)
            self.assertEqual({run["film"] for run in expected["runs"]}, set(expected["films"]))
            asked = {}
            for run in expected["runs"]:
                with self.subTest(layout, run=run["name"]):
                    self.assertEqual(len(run["tokens"]), 64)
                    self.assertGreaterEqual(len(set(run["tokens"])), 20)
                    self.assertGreater(run["min_margin"], 1e-3)
                    key = (run["preset"], run["prompt_kind"], tuple(run["tokens"]))
                    self.assertNotIn(key, asked)
                    asked[key] = run["name"]

    def test_prompt_tokens_are_the_ids_and_the_image(self):
        for layout in cases.LAYOUTS:
            expected = expected_of(layout)
            for run in expected["runs"]:
                with self.subTest(layout, run=run["name"]):
                    self.assertEqual(run["prompt_tokens"],
                                     sum(map(len, run["ids"])) + expected["image_tokens"])
                    self.assertEqual(run["prompt"].count("<image>"), 1)
                    self.assertIn(run["question"], run["prompt"])

    def test_the_rule_against_repeats_changes_tokens_and_holds(self):
        for layout in ("llava_phi-fused", "llava_phi-split"):
            runs = [run for run in expected_of(layout)["runs"] if run["no_repeat_ngram_size"]]
            self.assertTrue(any(run["bans"] for run in runs))
            for run in runs:
                before, after = run["ids"]
                ids = [*before, -200, *after, *run["tokens"]]
                grams = list(zip(ids, ids[1:], ids[2:]))
                written = grams[-len(run["tokens"]):]
                self.assertEqual(len(set(written)), len(written))
                self.assertFalse(set(written) & set(grams[:-len(written)]))

    def test_every_stage_of_every_run_has_its_array(self):
        for layout in cases.LAYOUTS:
            expected = expected_of(layout)
            with SafetensorsFile(CHECKPOINTS / layout / "expected.safetensors") as file:
                names = {name: tensor.shape for name, tensor in file.tensors.items()}
            for run in expected["runs"]:
                with self.subTest(layout, run=run["name"]):
                    film = f"{run['film']}.{run['fit']}"
                    self.assertEqual(names[f"pixels.{film}"], (3, 56, 56))
                    patches = names[f"vision.{film}"][0]
                    if layout.startswith("mobilevlm"):
                        self.assertEqual(patches, {"mobilevlm-ldpnet": 49, "mobilevlm-ldpnetv2": 196}[layout])
                    else:
                        self.assertEqual(patches, expected["image_tokens"])
                    self.assertEqual(names[f"projected.{film}"][0], expected["image_tokens"])
                    self.assertEqual(names[f"margins.{run['name']}"], (64,))
                    self.assertEqual(len(names[f"logits.{run['name']}"]), 1)
            first = expected["runs"][0]
            self.assertEqual(names[f"logits_all.{first['name']}"][0], first["prompt_tokens"])

    def test_layouts_differ_in_their_names_as_published(self):
        def names(layout):
            found = set()
            for path in (CHECKPOINTS / layout).glob("model*.safetensors"):
                with SafetensorsFile(path) as file:
                    found |= set(file.tensors)
            return found
        fused, split = names("llava_phi-fused"), names("llava_phi-split")
        self.assertIn("model.layers.0.self_attn.query_key_value.weight", fused)
        self.assertIn("model.layers.0.self_attn.q_proj.weight", split)
        self.assertIn("model.mm_projector.2.weight", fused)
        self.assertIn("model.mm_projector.weight", split)
        for found in (fused, split):
            self.assertIn("model.vision_tower.vision_model.pre_layrnorm.weight", found)
            self.assertIn("lm_head.bias", found)
        old, new = names("llava-old-names"), names("llava-new-names")
        self.assertIn("language_model.lm_head.weight", old)
        self.assertIn("vision_tower.vision_model.embeddings.class_embedding", old)
        self.assertIn("model.vision_tower.embeddings.class_embedding", new)
        self.assertNotIn("lm_head.weight", new)  # tied

    def test_drawn_cases_are_the_same_for_a_seed_and_differ_between_seeds(self):
        for layout in cases.LAYOUTS:
            drawn = [cases.drawn(layout, seed) for seed in range(30)]
            self.assertEqual(drawn, [cases.drawn(layout, seed) for seed in range(30)])
            self.assertGreater(len({json.dumps(case, sort_keys=True) for case in drawn}), 25)
            for case in drawn:
                # Of TinyLLaVA_Factory the side is a whole number of patches and some pixels.
                self.assertLess(case["image_size"] % case["patch_size"],
                                case["patch_size"] if layout == "tinyllava-factory" else 1)
                if "partial_rotary_factor" in case:
                    width = case["hidden_size"] // case["num_attention_heads"]
                    self.assertEqual(int(width * case["partial_rotary_factor"]) % 2, 0)


PROGRAM = """#!{python}
import json, sys
arguments = dict(zip(sys.argv[2::2], sys.argv[3::2]))
runs = json.load(open(arguments["--model"] + "/expected.json"))["runs"]
run = next(run for run in runs if run["prompt"] == arguments["--prompt"]
           and run["film"] + ".png" in arguments["--image"]
           and run["preset"] == arguments.get("--preset", "checkpoint"))
answer = {{"text": run["text"], "tokens": run["tokens"], "prompt_tokens": run["prompt_tokens"]}}
{change}
print(json.dumps(answer))
"""


class Compare(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def compare(self, change):
        """Exit code and output with a stand-in program that answers as recorded, but changed."""
        program = self.folder / "program"
        program.write_text(PROGRAM.format(python=sys.executable, change=change))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        model = self.folder / "model"
        model.mkdir()
        expected = expected_of("llava_phi-split")
        expected["runs"] = expected["runs"][:3]
        (model / "expected.json").write_text(json.dumps(expected))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = compare.compare(self.folder, program)
        return code, said.getvalue()

    def test_equal_answers_pass(self):
        code, said = self.compare("")
        self.assertEqual((code, said), (0, "model: 3 of 3 runs equal\n"))

    def test_one_other_token_is_told_with_its_place(self):
        code, said = self.compare("answer['tokens'][17] += 1000")
        self.assertEqual(code, 1)
        self.assertIn("model: 0 of 3 runs equal", said)
        self.assertIn("token 17 of 64", said)

    def test_too_few_tokens_are_told(self):
        code, said = self.compare("answer['tokens'].pop()")
        self.assertEqual(code, 1)
        self.assertIn("token 63 of 64 is []", said)

    def test_other_text_and_other_prompt_lengths_are_told(self):
        self.assertIn("text", self.compare("answer['text'] += '!'")[1])

    def test_a_program_that_fails_is_told_with_what_it_said(self):
        code, said = self.compare("sys.exit('no such model')")
        self.assertEqual(code, 1)
        self.assertIn("no such model", said)


class Safetensors(unittest.TestCase):

    def test_a_header_that_lies_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.safetensors"
            for header, body in (
                    ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', b"1234"),
                    ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', b"1234"),
                    ('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}', b"1234"),
                    ('{"a":{"dtype":"F3","shape":[1],"data_offsets":[0,4]}}', b"1234"),
                    ('[]', b""), ('{', b"")):
                with self.subTest(header):
                    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + body)
                    self.assertRaises(ValueError, SafetensorsFile, path)
            path.write_bytes(struct.pack("<Q", 1 << 31))
            self.assertRaises(ValueError, SafetensorsFile, path)


if __name__ == "__main__":
    unittest.main()
