"""The layer check passes on the tree as it is, and sees each kind of breach."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class CheckLayers(unittest.TestCase):

    def run_check(self, *arguments):
        return subprocess.run([sys.executable, ROOT / "scripts/check_layers.py", *arguments],
                              capture_output=True, text=True)

    def test_no_folder_includes_what_it_may_not(self):
        run = self.run_check()
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_every_planted_breach_is_seen(self):
        run = self.run_check("--self-test")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
