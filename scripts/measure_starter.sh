#!/usr/bin/env bash
# Measures models/starter on the validation films: right films, blanked films, shuffled films.
#
#   scripts/measure_starter.sh [WORK] [MODEL]      WORK: default runs/measure; MODEL: models/starter
#
# Writes WORK/measure.json and WORK/measure.md, the table of the model card.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

work=${1:-runs/measure}
model=${2:-models/starter}
data=${SLAVA_SHARED_DATA:-../shared/data}
studies=$data/iu-xray/studies.jsonl
[[ -e $studies ]] || die "$studies is missing; set SLAVA_SHARED_DATA to the folder that holds iu-xray"
program=${SLAVA_PROGRAM:-build/release/slava-cxr}
mkdir -p "$work"

report() {
  "$program" report --model "$model" --manifest "$work/$1.csv" --output "$work/$1" --format json \
    --force --json >"$work/$1.jsonl"
}

python3 scripts/measure_starter.py manifest --studies "$studies" --split val --out "$work/films.csv"
python3 scripts/measure_starter.py manifest --studies "$studies" --split val --out "$work/blank.csv" \
  --blank "$work/blank-films"
report films
report blank
python3 scripts/measure_starter.py measure --studies "$studies" --reports "$work/films" \
  --blank-reports "$work/blank" --json "$work/measure.json" --markdown "$work/measure.md"
