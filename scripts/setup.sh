#!/usr/bin/env bash
# Installs what a build needs and is not there yet: Debian packages, and libtorch into .deps/torch.
#
#   scripts/setup.sh [PURPOSE...]     purposes of scripts/debian-packages.txt; default: build test
#
# SLAVA_TORCH_DIR=DIR uses the libtorch in DIR (include/ and lib/, 2.11 to 2.14, CPU or CUDA) instead.
# Running it again when nothing is missing takes well under a second and needs no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

install_packages() {
  local pattern wanted installed missing=()
  pattern=$(IFS='|'; echo "$*")
  wanted=$(awk -v purposes="^($pattern)\$" '$1 ~ purposes { print $2 }' scripts/debian-packages.txt)
  if ! command -v dpkg-query >/dev/null; then
    die "this is not Debian: no dpkg-query. Install the counterparts of these packages by hand," \
      "then build with 'cmake --preset release': ${wanted//$'\n'/ }"
  fi
  # dpkg-query fails when it does not know one of them, and still answers for the others.
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    awk '$1 == "installed" { print $2 }') || true
  local package
  for package in $wanted; do
    grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null ||
      die "Debian packages are missing and neither root nor sudo is there to install them." \
        "As root, run: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing Debian packages: ${missing[*]}"
  run_logged .deps/apt.log "${as_root[@]}" apt-get update -q
  run_logged .deps/apt.log "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Prints major.minor of the libtorch in a folder.
torch_version() {
  awk '$2 == "TORCH_VERSION_MAJOR" { major = $3 } $2 == "TORCH_VERSION_MINOR" { minor = $3 }
       END { if (major != "") print major "." minor }' \
    "$1/include/torch/headeronly/version.h" 2>/dev/null || true
}

check_own_torch() {
  local dir=$1 file version
  for file in include/ATen/ATen.h lib/libtorch_cpu.so lib/libc10.so; do
    [[ -e $dir/$file ]] ||
      die "SLAVA_TORCH_DIR=$dir has no $file. Expected libtorch's folder with include/ and lib/" \
        "(of an installed torch: site-packages/torch). Unset it to let this script fetch one."
  done
  version=$(torch_version "$dir")
  [[ $version =~ ^2\.1[1-4]$ ]] ||
    die "SLAVA_TORCH_DIR=$dir holds libtorch ${version:-of unknown version}; 2.11 to 2.14 are" \
      "supported. Unset it to let this script fetch one."
}

[[ $# -gt 0 ]] || set -- build test
mkdir -p .deps
install_packages "$@"
if [[ -n ${SLAVA_TORCH_DIR:-} ]]; then
  check_own_torch "$SLAVA_TORCH_DIR"
elif [[ ! -e .deps/torch/VERSION ]]; then
  say "fetching libtorch (190 MB; 500 MB when only the CUDA wheel is found)"
  run_logged .deps/torch.log python3 scripts/fetch_torch.py .deps/torch
fi
