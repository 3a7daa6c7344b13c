"""Fetching libtorch from a wheel, and what setup.sh and demo.sh say to what they cannot use."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINE = os.uname().machine
WHEEL = f"torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_{MACHINE}.whl"
INFO = "torch-2.13.0+cpu.dist-info"
# A shared library that needs none beside libc.
LIBRARY = next(iter(pathlib.Path("/usr/lib").glob(f"{MACHINE}-linux-gnu/libz.so.1")), None)


@unittest.skipUnless(LIBRARY and shutil.which("readelf"), "no libz.so.1 or no readelf")
class FetchTorch(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.offered = self.folder / "offered"
        self.offered.mkdir()

    def offer_wheel(self):
        library = LIBRARY.read_bytes()
        with zipfile.ZipFile(self.offered / WHEEL, "w") as wheel:
            wheel.writestr("torch/include/ATen/ATen.h", "// headers\n")
            wheel.writestr("torch/lib/libtorch_cpu.so", library)
            wheel.writestr("torch/lib/libc10.so", library)
            wheel.writestr("torch/lib/libtorch_python.so", library)
            wheel.writestr("torch/__init__.py", "")
            wheel.writestr(f"{INFO}/METADATA",
                           "Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0+cpu\n")
            wheel.writestr(f"{INFO}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"
                           f"Tag: cp311-cp311-manylinux_2_28_{MACHINE}\n")
            wheel.writestr(f"{INFO}/licenses/LICENSE", "terms\n")
            wheel.writestr(f"{INFO}/RECORD", "")

    def fetch(self):
        return subprocess.run(
            [sys.executable, ROOT / "scripts/fetch_torch.py", self.folder / "deps/torch"],
            capture_output=True, text=True,
            env={**os.environ, "PIP_FIND_LINKS": str(self.offered), "PIP_NO_INDEX": "1",
                 "PIP_CONFIG_FILE": os.devnull})

    def test_headers_libraries_and_licences_come_out_and_python_stays(self):
        self.offer_wheel()
        run = self.fetch()
        self.assertEqual(run.returncode, 0, run.stderr)
        torch = self.folder / "deps/torch"
        found = {path.relative_to(torch).as_posix() for path in torch.rglob("*") if path.is_file()}
        self.assertEqual(found, {"VERSION", "include/ATen/ATen.h", "lib/libtorch_cpu.so",
                                 "lib/libc10.so", "licenses/torch/LICENSE"})
        self.assertEqual(list((self.folder / "deps").iterdir()), [torch])
        self.assertEqual((torch / "VERSION").read_text(), "2.13.0+cpu\n")

    def test_a_download_that_was_cut_off_is_made_again(self):
        self.offer_wheel()
        downloads = self.folder / "deps/download"
        downloads.mkdir(parents=True)
        (downloads / WHEEL).write_bytes((self.offered / WHEEL).read_bytes()[:1000])
        run = self.fetch()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue((self.folder / "deps/torch/lib/libtorch_cpu.so").exists())

    def test_what_is_there_is_not_fetched_again(self):
        self.offer_wheel()
        self.assertEqual(self.fetch().returncode, 0)
        (self.offered / WHEEL).unlink()
        run = self.fetch()
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_no_wheel_anywhere_says_what_was_tried_and_what_to_do(self):
        run = self.fetch()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("torch==2.13.0+cpu", run.stderr)
        self.assertIn("set SLAVA_TORCH_DIR", run.stderr)
        self.assertFalse((self.folder / "deps/torch").exists())


@unittest.skipUnless(shutil.which("dpkg-query"), "not Debian")
class Scripts(unittest.TestCase):

    def test_setup_names_what_is_missing_in_a_libtorch_that_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([ROOT / "scripts/setup.sh", "build"], capture_output=True, text=True,
                                 env={**os.environ, "SLAVA_TORCH_DIR": folder})
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(f"SLAVA_TORCH_DIR={folder} has no include/ATen/ATen.h", run.stderr)

    def test_setup_refuses_a_libtorch_that_is_too_old(self):
        with tempfile.TemporaryDirectory() as folder:
            torch = pathlib.Path(folder)
            for name in ("include/ATen/ATen.h", "lib/libtorch_cpu.so", "lib/libc10.so",
                         "include/torch/headeronly/version.h"):
                (torch / name).parent.mkdir(parents=True, exist_ok=True)
                (torch / name).touch()
            (torch / "include/torch/headeronly/version.h").write_text(
                "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 10\n")
            run = subprocess.run([ROOT / "scripts/setup.sh", "build"], capture_output=True, text=True,
                                 env={**os.environ, "SLAVA_TORCH_DIR": folder})
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("holds libtorch 2.10; 2.11 to 2.14 are supported", run.stderr)

    def test_demo_names_a_path_that_is_not_there_before_it_builds(self):
        run = subprocess.run([ROOT / "scripts/demo.sh", ROOT, "no-such-film.dcm"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr, "demo.sh: error: no such file or folder: no-such-film.dcm\n")


if __name__ == "__main__":
    unittest.main()
