#!/usr/bin/env bash
# Fails when C++ is not formatted as .clang-format says or a script has an error.
#
#   scripts/check_format.sh          checks
#   scripts/check_format.sh --fix    formats the C++ in place
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

# Another version formats differently, so it is the one of Debian 12 or none.
clang_format=$(command -v clang-format-14) ||
  die "clang-format-14 is missing; 'scripts/setup.sh check' installs it"
folders=(src tests)
[[ -d include ]] && folders+=(include)
mapfile -t sources < <(find "${folders[@]}" -name '*.h' -o -name '*.cc' | sort)
if [[ ${1:-} == --fix ]]; then
  "$clang_format" -i "${sources[@]}"
  exit
fi
failed=0
"$clang_format" --dry-run --Werror "${sources[@]}" || failed=1

scripts=(.ci/run)
for script in scripts/*.sh; do scripts+=("$script"); done
for script in "${scripts[@]}"; do
  bash -n "$script" || failed=1
done
if command -v shellcheck >/dev/null; then
  shellcheck --external-sources "${scripts[@]}" || failed=1
fi
python3 - scripts/*.py <<'PYTHON' || failed=1
import ast, sys
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as source:
        ast.parse(source.read(), path)
PYTHON
[[ $failed -eq 0 ]] || die "see above; 'scripts/check_format.sh --fix' formats the C++"
echo "check_format: ${#sources[@]} C++ files, ${#scripts[@]} shell scripts: all well"
