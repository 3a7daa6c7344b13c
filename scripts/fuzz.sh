#!/usr/bin/env bash
# Fuzzes what parses foreign bytes: DICOM films, PNG and JPEG, zip archives, manifests, headers and
# settings of checkpoints, tokenizers. Needs clang.
#
#   scripts/fuzz.sh [SECONDS [TARGET...]]     default: 180 seconds for each of film picture zip manifest
#                                             weights tokenizer
#
# What a run finds is kept in build/fuzz/corpus, and the next run goes on from there. A file that
# crashes, leaks, takes over 10 seconds or 2.5 GB ends the run with exit code 1 and stays in
# build/fuzz/artifacts; copy it into tests/fuzz/corpus with the fix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

seconds=${1:-180}
[[ $seconds =~ ^[0-9]+$ ]] || die "$seconds: expected seconds for each target"
shift || true
[[ $# -gt 0 ]] || set -- film picture zip manifest weights tokenizer

scripts/setup.sh build test fuzz
log=build/fuzz.log
mkdir -p build/fuzz
: >"$log"
run_logged "$log" cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS=-O1 -DSLAVA_MODEL=OFF -DSLAVA_SANITIZE=ON -DSLAVA_FUZZ=ON
run_logged "$log" nice -n 5 cmake --build build/fuzz --parallel "$(build_jobs)" --target "${@/#/fuzz_}"

failed=0
for target in "$@"; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus" build/fuzz/artifacts
  seeds=("tests/fuzz/corpus/$target")
  [[ $target == film ]] && seeds+=(tests/golden/films)
  say "$target: $seconds s from $(find "$corpus" "${seeds[@]}" -type f | wc -l) files"
  if ! "build/fuzz/tests/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2500 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="build/fuzz/artifacts/$target-" \
    "$corpus" "${seeds[@]}" >"build/fuzz/$target.log" 2>&1 </dev/null; then
    failed=1
    tail -n 30 "build/fuzz/$target.log" >&2
    say "$target FAILED: see build/fuzz/$target.log and build/fuzz/artifacts"
    continue
  fi
  say "$target: $(awk '/number_of_executed_units/ { print $2 }' "build/fuzz/$target.log") runs," \
    "corpus of $(find "$corpus" -type f | wc -l), peak" \
    "$(awk '/peak_rss_mb/ { print $2 }' "build/fuzz/$target.log") MB, nothing found"
done
exit "$failed"
