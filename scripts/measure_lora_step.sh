#!/usr/bin/env bash
# One training step of a LoRA adapter on a random checkpoint of SLaVA-CXR's full size, in bfloat16 with
# gradient checkpointing, and the memory that it took.
#
#   scripts/measure_lora_step.sh [WORK]     WORK: default runs/lora-step; 7 GB of disk, deleted at the end
#
# Prints the wall time, the loss, and the peak of resident memory. With SLAVA_PROGRAM set that program is
# used instead of the release build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

work=${1:-runs/lora-step}
program=${SLAVA_PROGRAM:-}
if [[ -z $program ]]; then
  build release slava-cxr
  program=$PWD/build/release/slava-cxr
fi
[[ ! -e $work ]] || die "$work exists; name a new folder"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
python3 scripts/make_random_checkpoint.py "$work/model"

python3 - "$work/data.json" "$PWD/tests/golden/checkpoints/films/large.png" <<'PYTHON'
import json, sys
answer = ("The heart is normal in size. The mediastinum is unremarkable. The lungs are clear. There is "
          "no pleural effusion and no pneumothorax. No acute bony abnormality is seen.")
item = {"id": "one", "image": sys.argv[2],
        "conversations": [{"from": "human", "value": "<image>\nWrite a findings report of this image:"},
                          {"from": "gpt", "value": answer}]}
json.dump([item], open(sys.argv[1], "w"))
PYTHON

started=$SECONDS
"$program" train --data "$work/data.json" --validation "$work/data.json" \
  --config-from "$work/model" --init "$work/model" --output "$work/run" --epochs 1 --batch 1 \
  --lora-rank 16 --lora-save apart --checkpointing --dtype bfloat16 \
  --log-level info &
child=$!
peak=0 anonymous=0
# The kernel's own high-water mark counts mapped pages of the file too; anonymous pages are what a
# machine must really have.
while kill -0 "$child" 2>/dev/null; do
  while read -r key value _; do
    case $key in
      VmHWM:) ((value > peak)) && peak=$value ;;
      RssAnon:) ((value > anonymous)) && anonymous=$value ;;
    esac
  done <"/proc/$child/status" 2>/dev/null || true
  sleep 0.2
done
wait "$child"
grep '"loss"' "$work/run/metrics.jsonl" | head -1
awk -v peak="$peak" -v own="$anonymous" -v seconds="$((SECONDS - started))" 'BEGIN {
  printf "peak resident memory %.2f GiB, of it not file-backed %.2f GiB; %d s with loading and hashing\n",
         peak / 1048576, own / 1048576, seconds }'
ls -l "$work/run/best/adapter"
