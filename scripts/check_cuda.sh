#!/usr/bin/env bash
# Compiles and links the program's CUDA part (src/cuda) against the CUDA build of libtorch from PyPI. No
# GPU is needed, and none is used: what the part does on one is not checked here.
#
#   scripts/check_cuda.sh
#
# Downloads about 530 MB into .deps/cuda once, of which 2 GB are unpacked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

readonly deps=$PWD/.deps/cuda
# libtorch, then the headers of CUDA's runtime, which are in two packages.
readonly wheels=("torch==2.13.0" "nvidia-cuda-runtime==13.0.96" "nvidia-cuda-crt>=13.0,<14")

if [[ ! -e $deps/done ]]; then
  say "fetching the CUDA build of libtorch (530 MB)"
  mkdir -p "$deps/wheels"
  for wheel in "${wheels[@]}"; do
    # An index of CPU wheels, or a folder of them, would give the other build.
    run_logged .deps/cuda.log env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL python3 -m pip --isolated \
      download --quiet --no-deps --dest "$deps/wheels" --index-url https://pypi.org/simple "$wheel"
  done
  for wheel in "$deps"/wheels/*.whl; do
    python3 -m zipfile -e "$wheel" "$deps"
  done
  touch "$deps/done"
fi
cmake --preset release -B build/cuda -DSLAVA_TORCH_DIR="$deps/torch" >/dev/null
grep -q '^SLAVA_CUDA_INCLUDE:PATH=/' build/cuda/CMakeCache.txt ||
  die "CUDA's headers were not found beside $deps/torch; expected $deps/nvidia/cu13/include"
cmake --build build/cuda --target slava_cuda --parallel "$(build_jobs)"
nm -D --defined-only build/cuda/libslava_cuda.so | grep -q ' slava_cuda_part$' ||
  die "build/cuda/libslava_cuda.so does not export slava_cuda_part"
say "build/cuda/libslava_cuda.so was compiled and linked against $deps/torch"
