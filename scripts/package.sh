#!/usr/bin/env bash
# Makes build/package/slava-cxr-VERSION-linux-MACHINE.tar.gz: program, libraries, model, samples,
# licences, SBOM and checksums. It runs on a bare Debian 12 without network, Python or compiler.
#
#   scripts/package.sh            makes it
#   scripts/package.sh --check    makes it and proves it (scripts/check_package.sh; needs root)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

case ${1:-} in
  '' | --check) ;;
  *) die "unknown argument $1; expected nothing or --check" ;;
esac

scripts/setup.sh build
build release slava-cxr
torch=${SLAVA_TORCH_DIR:-$PWD/.deps/torch}
folder=build/package
rm -rf "$folder/installed"
run_logged build/package.log cmake --install build/release --strip --prefix "$folder/installed"
say "packing (a minute)"
python3 scripts/make_package.py --program build/release/slava-cxr \
  --installed "$folder/installed/bin/slava-cxr" --torch "$torch" --output "$folder"
rm -rf "$folder/installed"
if [[ ${1:-} == --check ]]; then
  scripts/check_package.sh "$folder"/slava-cxr-*-linux-"$(uname -m)".tar.gz
fi
