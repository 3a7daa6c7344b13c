#!/usr/bin/env bash
# Everything that can be checked, the slow things too: about an hour on 2 cores.
#
#   scripts/check_all.sh [STEP...]     default: all of them, in this order
#   scripts/check_all.sh --list
#
# A step that passed on the sources as they are is not run again: after an interruption or a fix the
# rest goes on. The logs are in build/check_all; the exit code tells whether all steps passed.
# shellcheck disable=SC2317  # the steps are called by their names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

steps=(layers format test debug asan fuzz mutate tidy package cuda avx512)

step_layers() { python3 scripts/check_layers.py --self-test && python3 scripts/check_layers.py; }
step_format() { scripts/setup.sh check && scripts/check_format.sh; }
step_test() { scripts/test.sh; }
step_debug() { build debug && ctest --preset debug --parallel "$(nproc)"; }
# The whole program, model and training too, under the sanitizers.
step_asan() { build asan && ctest --preset asan --parallel "$(nproc)"; }
# Both go on from what earlier runs found.
step_fuzz() { scripts/fuzz.sh 180; }
step_mutate() { scripts/mutate_films.sh; }
step_package() { scripts/package.sh --check; }
step_cuda() { scripts/check_cuda.sh; }
step_avx512() { scripts/check_avx512.sh; }

# The compiler's precompiled headers mean nothing to clang, so it reads a build folder without them.
step_tidy() {
  scripts/setup.sh build test tidy
  cmake --preset debug -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
    -DSLAVA_TORCH_DIR="${SLAVA_TORCH_DIR:-$PWD/.deps/torch}" >/dev/null
  # What the build generates has to be there before it can be read.
  cmake --build build/tidy --target slava_writers --parallel "$(build_jobs)" >/dev/null
  find src -name '*.cc' -print0 | sort -z |
    xargs -0 -n 1 -P "$(build_jobs)" nice -n 5 clang-tidy-14 --quiet -p build/tidy
}

run_step() {
  local step=$1 stamp=$work/$1.$fingerprint log=$work/$1.log started=$SECONDS
  if [[ -e $stamp ]]; then
    summary+=("$(printf '%-10s passed before (%s s)' "$step" "$(<"$stamp")")")
    return
  fi
  say "$step (log: $log)"
  # A process of its own: inside an if or || the shell would go on after a failed command.
  if bash scripts/check_all.sh --run "$step" >"$log" 2>&1 </dev/null; then
    rm -f "$work/$step".*[0-9a-f]
    echo $((SECONDS - started)) >"$stamp"
    summary+=("$(printf '%-10s passed        (%s s)' "$step" "$((SECONDS - started))")")
  else
    failed=1
    tail -n 25 "$log" >&2
    summary+=("$(printf '%-10s FAILED        (%s s), see %s' "$step" "$((SECONDS - started))" "$log")")
  fi
}

case ${1:-} in
  --list)
    printf '%s\n' "${steps[@]}"
    exit
    ;;
  --run)
    "step_$2"
    exit
    ;;
esac
for step in "$@"; do
  declare -F "step_$step" >/dev/null || die "unknown step $step; there are: ${steps[*]}"
done
[[ $# -gt 0 ]] || set -- "${steps[@]}"

work=build/check_all
mkdir -p "$work"
# What the checks depend on: every file that git would take.
fingerprint=$(git ls-files -z --cached --others --exclude-standard |
  { xargs -0 sha256sum 2>/dev/null || true; } | sha256sum | cut -c1-16)
summary=()
failed=0
for step in "$@"; do run_step "$step"; done
printf '\n%s\n' "${summary[@]}"
exit "$failed"
