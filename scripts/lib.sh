# Shared by the scripts beside it (sourced, from the repository's root): what to say, how to build.
# shellcheck shell=bash

say() { echo "$(basename "$0"): $*" >&2; }

die() {
  echo "$(basename "$0"): error: $*" >&2
  exit 1
}

# run_logged LOG COMMAND...: adds the command's output to LOG; shows its end if the command fails.
run_logged() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  echo "== $*" >>"$log"
  "$@" </dev/null >>"$log" 2>&1 || status=$?
  if [[ $status -ne 0 ]]; then
    tail -n 60 "$log" >&2
    die "'$*' failed with exit code $status; the whole log is $log"
  fi
}

# Jobs for compiling: a file that includes libtorch takes up to 2 GB.
build_jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  local by_memory=$((memory_gb / 2 > 0 ? memory_gb / 2 : 1))
  echo "${SLAVA_BUILD_JOBS:-$((cores < by_memory ? cores : by_memory))}"
}

# build PRESET [TARGET...]: configures (when needed) and builds, quietly; the log is build/PRESET.log.
build() {
  local preset=$1 log=build/$1.log started=$SECONDS
  shift
  mkdir -p build
  : >"$log"
  local torch=${SLAVA_TORCH_DIR:-$PWD/.deps/torch} cache=build/$preset/CMakeCache.txt
  if [[ ! -e build/$preset/build.ninja ]] ||
    ! grep -qxF "SLAVA_TORCH_DIR:PATH=$torch" "$cache" 2>/dev/null; then
    say "configuring build/$preset"
    run_logged "$log" cmake --preset "$preset" -DSLAVA_TORCH_DIR="$torch"
  fi
  # Where nothing is to be done there is nothing to say; -n alone would not see new files.
  say "building build/$preset with $(build_jobs) jobs (log: $log)"
  run_logged "$log" nice -n 5 cmake --build "build/$preset" --parallel "$(build_jobs)" \
    ${1:+--target "$@"}
  say "build/$preset is up to date ($((SECONDS - started)) s)"
}
