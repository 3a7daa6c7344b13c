#!/usr/bin/env bash
# Holds the program's speed, as shares of this machine's ceilings, against stored shares.
#
#   scripts/bench_check.sh [--store] [SHAPE]      SHAPE: of slava-cxr bench --random; default: llava-2.7b
#
# By hand, on a machine that does nothing else: shares differ by some percent from run to run, and from
# one processor to another. Fails when a share is more than a tenth below the stored one. The shares of
# each instruction set are stored apart; --store writes scripts/bench_shares/SHAPE-KERNELS.json anew.
# Takes about five minutes with AVX-512, a quarter of an hour without, and 10 GB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

store=
shape=llava-2.7b
for argument in "$@"; do
  if [[ $argument == --store ]]; then store=yes; else shape=$argument; fi
done
program=${SLAVA_PROGRAM:-build/release/slava-cxr}
[[ -x $program ]] || die "$program is missing; build it with scripts/test.sh, or set SLAVA_PROGRAM"
found=$(mktemp)
trap 'rm -f "$found"' EXIT
"$program" bench --random "$shape" --dtype int8 --question-pairs --json >"$found"
kernels=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["kernels"].split(",")[0])' "$found")
stored=scripts/bench_shares/$shape-$kernels.json
if [[ $store ]]; then
  mkdir -p scripts/bench_shares
  cp "$found" "$stored"
  say "stored $stored"
  exit
fi
[[ -e $stored ]] || {
  cat "$found"
  die "$stored is missing, so there is nothing to compare with; write it with --store $shape"
}
python3 - "$stored" "$found" <<'PYTHON'
import json
import sys


def shares(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    return result["processor"], {m["what"]: m["share"] for m in result["measurements"] if "share" in m}


(before, stored), (now, found) = map(shares, sys.argv[1:])
if before != now:
    print(f"stored on {before}, measured on {now}: shares differ for that alone")
worse = 0
for what, share in stored.items():
    if what not in found:
        sys.exit(f"bench_check.sh: error: {what} was not measured; store the shares anew with --store")
    fell = found[what] < share * 0.9
    worse += fell
    print(f"{what:32} {found[what]:7.1%}  stored {share:7.1%}{'  WORSE' if fell else ''}")
sys.exit(1 if worse else 0)
PYTHON
