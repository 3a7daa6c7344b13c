#!/usr/bin/env bash
# What each part of the starter's training is worth: short schedules, two seeds a row, one table.
#
#   nice -n 19 scripts/ablation.sh [WORK [STARTER_WORK]]     default: runs/ablation runs/starter
#
# All rows share the encoder of models/starter, what it sees of each film (WORK/features), its head and
# the data of STARTER_WORK, which scripts/train_starter.sh STARTER_WORK --data-only makes; each trains a
# decoder of its own. Rows: reporting only; + recognition; + reasoning; + RADEX; one view. A row trains
# for SLAVA_ABLATION_EPOCHS (3: about 6 minutes on two cores) in batches of SLAVA_ABLATION_BATCH (16),
# and is measured on the validation films.
# WORK/ablation.md holds the table. May be stopped at any time: started again it goes on where it was.
# The weights of the RADEX row must not be passed on: the cases' licences do not combine with IU X-ray's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

work=${1:-runs/ablation}
starter=${2:-runs/starter}
data=${SLAVA_SHARED_DATA:-../shared/data}
studies=$data/iu-xray/studies.jsonl
cases=$data/public-cases/cases.jsonl
program=${SLAVA_PROGRAM:-build/release/slava-cxr}
seeds=(1 2)
epochs=${SLAVA_ABLATION_EPOCHS:-3}
batch=${SLAVA_ABLATION_BATCH:-16}
for file in "$studies" "$cases" "$starter/data/train.json"; do
  [[ -e $file ]] ||
    die "$file is missing; run scripts/train_starter.sh $starter --data-only first, with the shared data"
done
[[ -x $program ]] || die "$program is missing; build it with scripts/setup.sh, or set SLAVA_PROGRAM"
mkdir -p "$work"
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0

# with_whole_paths FILE FOLDER OUT MOST: a corpus of at most so many items, taken evenly, whose films
# are found from anywhere, as the starter's are; corpora of several folders are mixed below.
with_whole_paths() {
  python3 - "$@" <<'PYTHON'
import json
import os
import sys

source, folder, out, most = sys.argv[1:]
with open(source, encoding="utf-8") as f:
    items = json.load(f)
count = min(len(items), int(most))
items = [items[i * len(items) // count] for i in range(count)]
for item in items:
    item["image"] = os.path.join(os.path.abspath(folder), item["image"])
with open(out + ".new", "w", encoding="utf-8") as f:
    json.dump(items, f)
os.replace(out + ".new", out)
PYTHON
}

# Questions about findings and impressions that RADEX makes of the training reports and of the cases.
make_corpora() {
  [[ -d $work/reasoning ]] || "$program" radex --cases "$studies" --split train \
    --license "CC BY-NC-ND 4.0" --source "IU X-ray, Open-i" --output "$work/reasoning"
  [[ -d $work/cases ]] || "$program" radex --cases "$cases" --output "$work/cases"
  # A quarter of the reports' number, as their share of the draws is: so a row with questions sees as
  # many reports in an epoch as one without.
  local most
  most=$(($(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$reports") / 4))
  with_whole_paths "$work/reasoning/reasoning.json" "$data/iu-xray" "$work/reasoning.json" "$most"
  with_whole_paths "$work/cases/radex.json" "$data/public-cases" "$work/cases.json" "$most"
}

# variant NAME KEPT PYTHON: models/starter without its decoder and tokenizer: the tensors whose names
# begin with one of KEPT, and its configuration changed by a statement on `config`.
variant() {
  local folder=$work/checkpoints/$1
  [[ -d $folder ]] && return
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  cp models/starter/{config,preprocessor_config,generation_config}.json "$folder.new/"
  PYTHONPATH=scripts python3 - models/starter/model.safetensors "$folder.new" "$2" "$3" <<'PYTHON'
import json
import pathlib
import sys

from safetensors_file import SafetensorsFile, write_safetensors

weights, folder, kept, change = sys.argv[1:]
folder = pathlib.Path(folder)
with SafetensorsFile(weights) as source:
    tensors = [t for t in source.tensors.values() if t.name.startswith(tuple(kept.split()))]
    write_safetensors(folder / "model.safetensors",
                      [(t.name, t.dtype, t.shape, t.byte_count, source.chunks(t)) for t in tensors])
path = folder / "config.json"
config = json.loads(path.read_text())
exec(change)
path.write_text(json.dumps(config, indent=2) + "\n")
PYTHON
  mv "$folder.new" "$folder"
}

# row NAME CHECKPOINT FLAG...: trains and measures a row with every seed.
row() {
  local name=$1 checkpoint=$work/checkpoints/$2
  shift 2
  for seed in "${seeds[@]}"; do
    local run=$work/$name-$seed resume=()
    [[ -e $run/measure/both.json ]] && continue
    say "$name, seed $seed"
    [[ -e $run/train.json ]] && resume=(--resume)
    [[ -e $run/summary.json ]] || "$program" train --objective report --seed "$seed" \
      --validation "$starter/data/val.json" --image-root / --freeze model.vision_tower \
      --config-from "$checkpoint" --init "$checkpoint" --output "$run" --batch "$batch" --epochs "$epochs" \
      --learning-rate 1.5e-3 --weight-decay 0.1 --warmup 0.05 --final-learning-rate 0.02 \
      --weighted --view-dropout 0.15 --feature-store "$work/features" "${resume[@]}" "$@"
    SLAVA_PROGRAM=$program scripts/measure_starter.sh "$run/measure" "$run/last" --brief
  done
}

reports=$starter/data/train.json
make_corpora
variant signs "model.vision_tower. recognition." "pass"
variant frontal "model.vision_tower. recognition." "config['views'] = ['frontal']"
# Without the head: the encoder alone, and no place for signs in the conversation.
variant bare "model.vision_tower." "config.pop('recognition', None)
prompt = config['prompt']
prompt['conversation'] = prompt['conversation'].replace(' {signs}', '')"

row reporting bare --data "$reports"
row recognition signs --data "$reports" --composed 0.5
row reasoning signs --data "$reports=4" --data "$work/reasoning.json=1" --composed 0.5
row radex signs --data "$reports=4" --data "$work/reasoning.json=1" \
  --data "$work/cases.json=1" --composed 0.5
row one-view frontal --data "$reports" --composed 0.5
python3 scripts/ablation_table.py "$work" --epochs "$epochs" --batch "$batch" --out "$work/ablation.md"
say "the table: $work/ablation.md"
