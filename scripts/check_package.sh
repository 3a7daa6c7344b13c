#!/usr/bin/env bash
# Proves that a package runs on a bare Debian 12: unpacks it into a debootstrap folder, goes in as an
# unprivileged user without any network, and drafts reports of the samples.
#
#   scripts/check_package.sh PACKAGE.tar.gz     needs root; Debian's mirror is this machine's own
set -euo pipefail
[[ $# -eq 1 && -f $1 ]] || {
  echo "usage: scripts/check_package.sh PACKAGE.tar.gz" >&2
  exit 2
}
package=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh
[[ $(id -u) -eq 0 ]] || die "needs root for debootstrap and chroot; run it with sudo"

scripts/setup.sh build test package
bare=$PWD/build/package/debian12
if [[ ! -e $bare.done ]]; then
  # shellcheck disable=SC2016  # the dollar is for apt-get
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
    sed -n 1p)
  say "making a bare Debian 12 in $bare"
  rm -rf "$bare"
  run_logged build/debootstrap.log debootstrap --variant=minbase bookworm "$bare" \
    "${mirror:-http://deb.debian.org/debian}"
  touch "$bare.done"
fi
for tool in python3 g++ gcc cmake curl wget; do
  [[ -z $(find "$bare/usr/bin" "$bare/usr/local/bin" -name "$tool*" -print -quit) ]] ||
    die "$bare has $tool; it is not bare any more. Remove $bare and $bare.done"
done

rm -rf "$bare/opt/slava" "$bare"/tmp/*
mkdir -p "$bare/opt/slava" "$bare/tmp/implicit"
tar -xzf "$package" -C "$bare/opt/slava" --strip-components=1

# An implicit transfer syntax is read with the data dictionary alone: it must be the packed one.
sample=$(find "$bare/opt/slava/share/slava-cxr/models/samples" -name '*.dcm' | sort | head -n 1)
[[ -n $sample ]] || die "$package has no sample .dcm"
dcmdjpls "$sample" "$bare/tmp/plain.dcm" # the samples are JPEG-LS, which dcmconv leaves alone
dcmconv +ti "$bare/tmp/plain.dcm" "$bare/tmp/implicit/film.dcm"
rm "$bare/tmp/plain.dcm"

# Runs a command in there: own network (none), own processes, nobody's rights.
inside() {
  unshare --net --mount --pid --fork --mount-proc="$bare/proc" \
    chroot --userspec=65534:65534 "$bare" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp "$@"
}

say "network inside: $(inside sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | xargs')"
inside sh -c 'cd /opt/slava && sha256sum --quiet -c SHA256SUMS' ||
  die "checksums inside the package do not match"
strangers=$(inside sh -c '/lib*/ld-linux-*.so.* --list /opt/slava/bin/slava-cxr' |
  awk '$2 == "=>" && $3 !~ /^\/opt\/slava\/(bin\/\.\.\/)?lib\// { print $1 }' |
  grep -Ev '^(lib(c|m|mvec|dl|rt|util|pthread|resolv|anl)|ld-linux.*|linux-vdso)\.so' || true)
[[ -z $strangers ]] || die "libraries that the package does not bring: ${strangers//$'\n'/ }"
inside /opt/slava/slava-cxr version
inside /opt/slava/slava-cxr report /opt/slava/share/slava-cxr/models/samples \
  --output /tmp/drafts --format txt,json,html
inside /opt/slava/slava-cxr report /tmp/implicit --output /tmp/drafts-implicit --format txt

mapfile -t reports < <(find "$bare/tmp/drafts" -name report.txt | sort)
studies=$(find "$bare/opt/slava/share/slava-cxr/models/samples" -name '*.dcm' -printf '%h\n' |
  sort -u | wc -l)
[[ ${#reports[@]} -eq $studies ]] ||
  die "expected a report for each of $studies samples, found ${#reports[@]}"
for report in "${reports[@]}"; do
  for file in "$report" "${report%.txt}.json" "${report%.txt}.html"; do
    grep -qi 'AI-generated draft' "$file" || die "$file does not say that it is an AI-generated draft"
  done
done
say "${#reports[@]} reports drafted in a bare Debian 12; the first:"
cat "${reports[0]}"
say "$(basename "$package") runs on a bare Debian 12 without network, Python or compiler"
