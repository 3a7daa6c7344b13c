#!/usr/bin/env bash
# Damages films of every transfer syntax (truncated, bit-flipped, tags swapped) and compares what the
# program makes of them with DCMTK's tools and pydicom: no crash, nothing over 10 s, nothing accepted
# that both of them refuse. Figures on stdout.
#
#   scripts/mutate_films.sh [--count N] [--seed N] [--real FOLDER]     default: 2000, seed 1, no FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

scripts/setup.sh build test films
build asan-flow check_films
python3 scripts/mutate_films.py build/asan-flow/tests/check_films "$@"
