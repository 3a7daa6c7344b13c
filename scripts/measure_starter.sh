#!/usr/bin/env bash
# Measures a model on the validation films with every control, and writes the tables of its card.
#
#   scripts/measure_starter.sh [WORK] [MODEL] [--brief]     WORK: default runs/measure; MODEL: models/starter
#
# `slava-cxr report` drafts, `slava-cxr evaluate` measures. Leaves in WORK: films.jsonl, the reports,
# findings.json and both.json (sections), findings.html, measure.md, and what RadEval and ReXrank read.
# MODEL/README.md gets the tables where it has the two marks for them. --brief: findings.json and
# both.json alone, without films that show no patient, without blanked films and without the
# comparison of sides.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

brief=
places=()
for argument in "$@"; do
  case $argument in
    --brief) brief=yes ;;
    *) places+=("$argument") ;;
  esac
done
work=${places[0]:-runs/measure}
model=${places[1]:-models/starter}
data=${SLAVA_SHARED_DATA:-../shared/data}
studies=$data/iu-xray/studies.jsonl
[[ -e $studies ]] || die "$studies is missing; set SLAVA_SHARED_DATA to the folder that holds iu-xray"
program=${SLAVA_PROGRAM:-build/release/slava-cxr}
[[ -x $program ]] || die "$program is missing; build it with scripts/setup.sh, or set SLAVA_PROGRAM"
mkdir -p "$work"

# Films whose pixels are all the same grey, as a control: each is drafted again.
blanked=(--model "$model" --films "$work/films.jsonl")
[[ $brief ]] && blanked=()

# evaluate SECTION FLAG...: scores of one section, as JSON.
evaluate() {
  local section=$1
  shift
  "$program" evaluate --references "$studies" --split val --train-split "$studies" \
    --predictions "$work/reports" "${blanked[@]}" --protocol r2gen --section "$section" --json \
    "$@" >"$work/$section.json.new"
  mv "$work/$section.json.new" "$work/$section.json"
}

python3 scripts/measure_starter.py films --studies "$studies" --split val --out "$work/films.jsonl"
# The model is measured on every film of the set, those that the gate would refuse included. A study
# without a film that the model reads has no report (5), which counts as an empty one.
"$program" report --model "$model" --manifest "$work/films.jsonl" --output "$work/reports" \
  --format json --gate all=off --resume --json >"$work/reports.jsonl" || [[ $? -eq 5 ]]
if [[ $brief ]]; then
  evaluate findings
  evaluate both
  exit
fi
# Films without a patient, which the gate would refuse: what the model itself says of them.
python3 scripts/measure_starter.py blanks --out "$work/blanks"
"$program" report --model "$model" --manifest "$work/blanks/films.jsonl" --output "$work/blank-reports" \
  --format json --gate all=off --resume --json >"$work/blank-reports.jsonl"
evaluate findings --html "$work/findings.html" --export-radeval "$work/radeval.jsonl"
evaluate both --export-rexrank "$work/rexrank.json" --side-choice
card=()
if grep -qs "scripts/measure_starter.sh writes from here" "$model/README.md"; then
  card=(--card "$model/README.md")
fi
python3 scripts/measure_starter.py tables --findings "$work/findings.json" --both "$work/both.json" \
  --blank-reports "$work/blank-reports" --out "$work/measure.md" "${card[@]}"
