#!/usr/bin/env bash
# Builds slava-cxr and its tests and runs all of them.
#
#   scripts/test.sh [CTEST-OPTION...]     for example: scripts/test.sh -R '^dicom'
#
# Tests that need the research data look in SLAVA_SHARED_DATA, else in ../shared/data, and are
# skipped with a message where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

scripts/setup.sh build test
build release
if compgen -G 'tests/scripts/*_test.py' >/dev/null; then
  # Debian's Python, which the packages above belong to, not one that PATH may put first.
  /usr/bin/python3 -m unittest discover --start-directory tests/scripts --pattern '*_test.py'
fi
ctest --preset release --parallel "$(nproc)" "$@"
