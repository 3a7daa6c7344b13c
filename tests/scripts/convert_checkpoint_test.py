"""Pickled checkpoints become safetensors with the same numbers; hostile and broken ones do not."""

import io
import json
import pathlib
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/pickles"
sys.path.insert(0, str(ROOT / "scripts"))

import torch_pickle  # noqa: E402


def read_safetensors(path):
    """{name: (dtype, shape, bytes)}, with a reader of its own."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    ends = [entry["data_offsets"][1] for entry in header.values()]
    assert max(ends, default=0) == len(body), "bytes behind the last tensor"
    return {name: (entry["dtype"], entry["shape"], body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


class Stored:
    """Stands for a storage in a pickle written here."""

    def __init__(self, kind, key, count):
        self.id = ("storage", kind, key, "cpu", count)


class Rebuilt:
    """Pickles as torch's tensors do."""

    def __init__(self, rebuild, *arguments):
        self.call = rebuild, arguments

    def __reduce__(self):
        return self.call


class FakeTorch:
    """Names of torch that a pickle refers to, while one is written."""

    def __enter__(self):
        torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
        for name in torch_pickle.STORAGES:
            setattr(torch, name, type(name, (), {"__module__": "torch"}))

        def _rebuild_tensor_v2():
            pass
        _rebuild_tensor_v2.__module__ = "torch._utils"
        _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
        utils._rebuild_tensor_v2 = self.rebuild = _rebuild_tensor_v2
        torch._utils = utils
        self.saved = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
        sys.modules |= {"torch": torch, "torch._utils": utils}
        self.torch = torch
        return self

    def __exit__(self, *_):
        for name, module in self.saved.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


class StoragePickler(pickle.Pickler):

    def persistent_id(self, value):
        return value.id if isinstance(value, Stored) else None


def write_archive(path, tensors):
    """{name: list of float32 numbers} as torch.save writes it."""
    with FakeTorch() as fake, zipfile.ZipFile(path, "w") as archive:
        state = {name: Rebuilt(fake.rebuild,
                               Stored(fake.torch.FloatStorage, str(i), len(numbers)), 0,
                               (len(numbers),), (1,), False, None)
                 for i, (name, numbers) in enumerate(tensors.items())}
        stream = io.BytesIO()
        StoragePickler(stream, 2).dump(state)
        archive.writestr("archive/data.pkl", stream.getvalue())
        for i, numbers in enumerate(tensors.values()):
            archive.writestr(f"archive/data/{i}", struct.pack(f"<{len(numbers)}f", *numbers))


class ConvertCheckpoint(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.source, self.out = self.folder / "source", self.folder / "out"
        self.source.mkdir()

    def convert(self, *arguments):
        return subprocess.run(
            [sys.executable, ROOT / "scripts/convert_checkpoint.py", self.source, self.out,
             *arguments], capture_output=True, text=True)

    def converted(self, *arguments):
        run = self.convert(*arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def refused(self, *needles):
        run = self.convert()
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for needle in needles:
            self.assertIn(needle, run.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["source"])

    def test_what_torch_saved_in_either_format_becomes_the_same_tensors(self):
        expected = read_safetensors(GOLDEN / "expected.safetensors")
        for name in ("archive.bin", "legacy.bin"):
            with self.subTest(name):
                shutil.rmtree(self.out, ignore_errors=True)
                shutil.copy(GOLDEN / name, self.source / "pytorch_model.bin")
                self.converted()
                self.assertEqual(read_safetensors(self.out / "model.safetensors"), expected)

    def test_shards_have_an_index_that_names_every_tensor(self):
        shutil.copy(GOLDEN / "archive.bin", self.source / "pytorch_model.bin")
        self.converted("--shard-bytes", "300")
        index = json.loads((self.out / "model.safetensors.index.json").read_text())
        expected = read_safetensors(GOLDEN / "expected.safetensors")
        files = sorted(set(index["weight_map"].values()))
        self.assertGreater(len(files), 1)
        self.assertEqual(files, [f"model-{i + 1:05}-of-{len(files):05}.safetensors"
                                 for i in range(len(files))])
        found = {}
        for file in files:
            for name, tensor in read_safetensors(self.out / file).items():
                self.assertEqual(index["weight_map"][name], file)
                found[name] = tensor
        self.assertEqual(found, expected)
        self.assertEqual(index["metadata"]["total_size"],
                         sum(len(data) for _, _, data in expected.values()))

    def test_pickled_shards_and_the_projector_beside_them_are_one_model(self):
        write_archive(self.source / "pytorch_model-00001-of-00002.bin", {"model.a": [1.0, 2.0]})
        write_archive(self.source / "pytorch_model-00002-of-00002.bin",
                      {"lm_head.weight": [3.0], "model.mm_projector.bias": [0.0]})
        write_archive(self.source / "mm_projector.bin", {"model.mm_projector.bias": [4.0]})
        (self.source / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": {
            "model.a": "pytorch_model-00001-of-00002.bin",
            "lm_head.weight": "pytorch_model-00002-of-00002.bin"}}))
        self.converted()
        self.assertEqual(read_safetensors(self.out / "model.safetensors"), {
            "lm_head.weight": ("F32", [1], struct.pack("<f", 3)),
            "model.a": ("F32", [2], struct.pack("<2f", 1, 2)),
            "model.mm_projector.bias": ("F32", [1], struct.pack("<f", 4))})

    def test_a_projector_is_merged_into_safetensors_too(self):
        shutil.copy(GOLDEN / "expected.safetensors", self.source / "model.safetensors")
        write_archive(self.source / "mm_projector.bin", {"model.single": [9.0]})
        self.converted()
        expected = read_safetensors(GOLDEN / "expected.safetensors")
        expected["model.single"] = ("F32", [1], struct.pack("<f", 9))
        self.assertEqual(read_safetensors(self.out / "model.safetensors"), expected)

    def test_other_files_come_along_and_computed_tensors_do_not(self):
        write_archive(self.source / "pytorch_model.bin",
                      {"model.w": [1.0], "model.layers.0.self_attn.rotary_emb.inv_freq": [1.0]})
        (self.source / "config.json").write_text("{}")
        (self.source / "training_args.bin").write_bytes(b"a pickle of something else")
        (self.source / "runs").mkdir()
        said = self.converted()
        self.assertEqual(sorted(path.name for path in self.out.iterdir()),
                         ["config.json", "model.safetensors"])
        self.assertEqual(list(read_safetensors(self.out / "model.safetensors")), ["model.w"])
        self.assertIn("inv_freq", said)
        self.assertIn("runs", said)

    def test_a_pickle_that_calls_something_is_refused_and_nothing_runs(self):
        trace = self.folder / "source" / "trace"
        for protocol in (0, 2, 4):
            evil = pickle.dumps(Rebuilt(open, str(trace), "w"), protocol)
            for legacy in (False, True):
                with self.subTest(protocol=protocol, legacy=legacy):
                    path = self.source / "pytorch_model.bin"
                    if legacy:
                        path.write_bytes(pickle.dumps(torch_pickle.LEGACY_MAGIC, 2) + evil)
                    else:
                        with zipfile.ZipFile(path, "w") as archive:
                            archive.writestr("archive/data.pkl", evil)
                    self.refused("pytorch_model.bin", "open", "nothing of it was run")
                    self.assertFalse(trace.exists())

    def test_a_broken_file_is_refused_wherever_it_is_cut(self):
        for name in ("archive.bin", "legacy.bin"):
            whole = (GOLDEN / name).read_bytes()
            for length in (0, 3, 40, 300, len(whole) // 2, len(whole) - 1):
                with self.subTest(name, length=length):
                    (self.source / "pytorch_model.bin").write_bytes(whole[:length])
                    self.refused("pytorch_model.bin")

    def test_flipped_bytes_never_give_anything_but_a_message(self):
        whole = (GOLDEN / "legacy.bin").read_bytes()
        for place in range(0, 1400, 3):
            data = bytearray(whole)
            data[place] ^= 0x55
            path = self.folder / "flipped.bin"
            path.write_bytes(data)
            try:
                with torch_pickle.TorchFile(path) as source:
                    for tensor in source.tensors.values():
                        size = sum(map(len, source.chunks(tensor)))
                        self.assertEqual(size, tensor.byte_count)
            except torch_pickle.Malformed:
                pass

    def test_a_tensor_may_not_claim_more_than_its_storage_has(self):
        for offset, shape, stride, needle in (
                (2, (3,), (1,), "reaches number 4 of a storage of 4"),
                (0, (1 << 40,), (0,), "repeats 4 numbers up to 1099511627776"),
                (0, (-1,), (1,), "in a way that torch does not"),
                (0, (2, 2), (1,), "in a way that torch does not")):
            with self.subTest(needle), FakeTorch() as fake, \
                    zipfile.ZipFile(self.source / "pytorch_model.bin", "w") as archive:
                stream = io.BytesIO()
                StoragePickler(stream, 2).dump({"w": Rebuilt(
                    fake.rebuild, Stored(fake.torch.FloatStorage, "0", 4), offset, shape, stride,
                    False, None)})
                archive.writestr("archive/data.pkl", stream.getvalue())
                archive.writestr("archive/data/0", bytes(16))
                archive.close()
                self.refused(needle)

    def test_an_index_that_lies_is_refused(self):
        write_archive(self.source / "one.bin", {"model.a": [1.0]})
        index = self.source / "pytorch_model.bin.index.json"
        for weight_map, needle in (
                ({"model.a": "one.bin", "model.b": "one.bin"}, "model.b"),
                ({"model.a": "two.bin"}, "two.bin"),
                ({"model.a": "../one.bin"}, "../one.bin"),
                ([], "index")):
            with self.subTest(needle):
                index.write_text(json.dumps({"weight_map": weight_map}))
                self.refused(needle)

    def test_what_needs_no_conversion_or_cannot_have_one_is_told(self):
        self.refused("pytorch_model.bin")
        (self.source / "adapter_config.json").write_text("{}")
        self.refused("LoRA")
        shutil.copy(GOLDEN / "expected.safetensors", self.source / "model.safetensors")
        self.refused("safetensors already")

    def test_an_output_that_exists_is_left_alone(self):
        shutil.copy(GOLDEN / "archive.bin", self.source / "pytorch_model.bin")
        self.out.mkdir()
        run = self.convert()
        self.assertEqual(run.returncode, 1)
        self.assertIn("exists already", run.stderr)
        self.assertEqual(list(self.out.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
