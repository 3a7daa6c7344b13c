#!/usr/bin/env bash
# Builds slava-cxr and drafts reports of chest radiographs.
#
#   scripts/demo.sh [PATH...]    files or folders of DICOM, PNG, JPEG; default: the samples that ship
#
# Each run writes a folder of its own below reports/ (or SLAVA_REPORTS=DIR).
set -euo pipefail
paths=()
for path in "$@"; do
  case $path in
    -h | --help)
      sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"
      exit 0
      ;;
    -*)
      echo "demo.sh: error: unknown option $path; the options of the program itself are listed by" \
        "'build/release/slava-cxr report --help'" >&2
      exit 2
      ;;
  esac
  if ! absolute=$(realpath -e -- "$path" 2>/dev/null); then
    echo "demo.sh: error: no such file or folder: $path" >&2
    exit 2
  fi
  paths+=("$absolute")
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
[[ ${#paths[@]} -gt 0 ]] || paths=("$PWD/models/samples")

scripts/setup.sh build
build release slava-cxr

output=${SLAVA_REPORTS:-reports/$(date +%Y%m%d-%H%M%S)}
status=0
build/release/slava-cxr report "${paths[@]}" --output "$output" --format txt,json,html || status=$?

mapfile -t reports < <(find "$output" -name report.txt 2>/dev/null | sort)
shown=2
for report in "${reports[@]:0:shown}"; do
  printf '\n===== %s =====\n\n' "$report"
  cat "$report"
done
if [[ ${#reports[@]} -gt 0 ]]; then
  printf '\n%d report(s) as .txt, .json and .html in %s\n' "${#reports[@]}" "$output"
  printf 'Open %s in a browser to see the film beside the text.\n' "${reports[0]%.txt}.html"
fi
exit "$status"
