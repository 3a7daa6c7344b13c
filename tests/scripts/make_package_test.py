"""The package of a stand-in program: what is in it, what is not, and that it is the same twice."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Any small program of Debian with libraries of its own stands in for slava-cxr.
PROGRAM = pathlib.Path("/usr/bin/dcmdump")
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}


@unittest.skipUnless(PROGRAM.exists(), "the Debian package dcmtk is not installed")
class MakePackage(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.root = self.folder / "root"
        starter = self.root / "models/starter"
        samples = self.root / "models/samples/one"
        for folder in (starter, samples, self.root / "src/writers", self.folder / "torch"):
            folder.mkdir(parents=True)
        for name in ("config.json", "model.safetensors", "LICENSE"):
            (starter / name).write_text(f"stand-in of {name}\n")
        (samples / "film.dcm").write_text("stand-in\n")
        (self.root / "CMakeLists.txt").write_text("project(slava-cxr VERSION 7.8.9 LANGUAGES CXX)\n")
        for name in ("LICENSE", "src/writers/report.schema.json"):
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(ROOT / "scripts", self.root / "scripts")

    def make(self, output, program=PROGRAM):
        return subprocess.run(
            [sys.executable, ROOT / "scripts/make_package.py", "--root", self.root, "--program",
             program, "--installed", program, "--torch", self.folder / "torch", "--output", output],
            capture_output=True, text=True, env=ENVIRONMENT)

    def made(self, output):
        run = self.make(output)
        self.assertEqual(run.returncode, 0, run.stderr)
        archives = list(output.glob("slava-cxr-7.8.9-linux-*.tar.gz"))
        self.assertEqual(len(archives), 1, run.stdout)
        return archives[0]

    def contents(self, archive):
        with tarfile.open(archive) as tar:
            return {member.name.partition("/")[2]: tar.extractfile(member).read()
                    for member in tar if member.isfile()}

    def test_the_package_has_the_libraries_and_nothing_of_glibc(self):
        files = self.contents(self.made(self.folder / "out"))
        libraries = {name for name in files if name.startswith("lib/")}
        self.assertTrue(any(name.startswith("lib/libdcmdata.so") for name in libraries), libraries)
        self.assertIn("lib/libstdc++.so.6", libraries)
        for glibc in ("lib/libc.so.6", "lib/libm.so.6", "lib/ld-linux-x86-64.so.2"):
            self.assertNotIn(glibc, libraries)
        for name in ("slava-cxr", "bin/slava-cxr", "LICENSE", "README.txt", "share/dcmtk/dicom.dic",
                     "share/slava-cxr/models/starter/LICENSE", "share/slava-cxr/report.schema.json",
                     "share/slava-cxr/models/samples/one/film.dcm"):
            self.assertIn(name, files)

    def test_every_file_is_in_the_checksums_and_in_the_sbom_with_its_hash(self):
        files = self.contents(self.made(self.folder / "out"))
        sums = dict(reversed(line.split("  ", 1))
                    for line in files["SHA256SUMS"].decode().splitlines())
        self.assertEqual(set(sums), set(files) - {"SHA256SUMS"})
        for name, digest in sums.items():
            self.assertEqual(hashlib.sha256(files[name]).hexdigest(), digest, name)

        sbom = json.loads(files["sbom.cdx.json"])
        hashes = {}
        for component in sbom["components"]:
            for part in [component, *component.get("components", [])]:
                if part["type"] == "file":
                    hashes[part["name"]] = part["hashes"][0]["content"]
            if component["type"] == "library":
                self.assertIn(f"licences/{component['name']}/copyright", files)
        self.assertEqual(set(hashes), set(files) - {"SHA256SUMS", "sbom.cdx.json"})
        for name, digest in hashes.items():
            self.assertEqual(sums[name], digest, name)

    def test_the_same_inputs_give_the_same_bytes(self):
        first, second = self.made(self.folder / "one"), self.made(self.folder / "two")
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_a_missing_model_is_named(self):
        (self.root / "models/starter/model.safetensors").unlink()
        run = self.make(self.folder / "out")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("models/starter/model.safetensors is missing", run.stderr)

    def test_a_library_of_unknown_origin_is_refused(self):
        library = self.folder / "libstranger.so.1"
        program = self.folder / "program"
        for name, options in ((library, ["-shared", "-Wl,-soname,libstranger.so.1"]), (program, [])):
            source = "int stranger();int main(){return stranger();}" if name == program else (
                "int stranger(){return 0;}")
            libraries = [str(library), f"-Wl,-rpath,{self.folder}"] if name == program else []
            subprocess.run(["g++", "-x", "c++", "-", *options, "-o", name, "-x", "none", *libraries],
                           input=source, text=True, check=True)
        run = self.make(self.folder / "out", program)
        self.assertNotEqual(run.returncode, 0)
        self.assertRegex(run.stderr, r"libstranger\.so\.1 belongs to no Debian package")


if __name__ == "__main__":
    unittest.main()
