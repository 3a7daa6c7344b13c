#!/usr/bin/env bash
# Runs the kernels' tests on an emulated processor with AVX-512 and VNNI (Bochs), for machines whose own
# processor has less. Linux starts on it, runs the test program and ends; nothing is installed but
# Debian packages.
#
#   scripts/check_avx512.sh
#
# Takes two to six minutes, most of them for Linux to start, and 40 MB of .deps.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
source scripts/lib.sh

readonly work=$PWD/build/avx512 deps=$PWD/.deps/avx512
readonly needed='avx512f avx512bw avx512vl avx512dq avx512_vnni'  # as kernels/isa.cc asks for

scripts/setup.sh build test emulate
build release kernels_static_test
rm -rf "$work"
mkdir -p "$work"/{root/{bin,dev,proc},disc/isolinux} "$deps"

# Linux 6.12: 6.1 does not get through its start on Bochs 2.7.
if ! compgen -G "$deps/linux/boot/vmlinuz-*" >/dev/null; then
  kernel=$(apt-cache pkgnames linux-image-6.12. | grep -E '[0-9]-cloud-amd64$' | sort -V | tail -n 1)
  [[ $kernel ]] || die "Debian's package of Linux 6.12 (linux-image-6.12.*-cloud-amd64) was not found;" \
    "run apt-get update and try again"
  say "fetching $kernel"
  (cd "$deps" && run_logged "$work.log" apt-get download -q "$kernel")
  dpkg-deb -x "$deps/$kernel"_*.deb "$deps/linux"
  rm "$deps/$kernel"_*.deb
fi
cp "$deps"/linux/boot/vmlinuz-* "$work/disc/vmlinuz"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$work/disc/isolinux/"

# What Linux runs first, and all that it runs. Without the pause the last lines are lost.
cp /bin/busybox "$work/root/bin/"
cp build/release/tests/kernels_static_test "$work/root/"
cat >"$work/root/init" <<INIT
#!/bin/busybox sh
/bin/busybox mount -t proc none /proc
for flag in $needed; do
  /bin/busybox grep -qw \$flag /proc/cpuinfo || echo "missing: \$flag"
done
/kernels_static_test --gtest_color=no
echo "ended with \$?"
/bin/busybox sleep 3
/bin/busybox poweroff -f
INIT
chmod +x "$work/root/init"
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/disc/initrd.gz"

# Bochs 2.7 tells sizes of the registers' state that Linux does not accept, except for the plain format
# without protection keys: hence XSAVEC (321), XSAVES (323) and PKU (515) are out.
cat >"$work/disc/isolinux/isolinux.cfg" <<'BOOT'
default kernels
prompt 0
label kernels
 kernel /vmlinuz
 append initrd=/initrd.gz console=ttyS0 quiet mitigations=off tsc=reliable lpj=1000000 nokaslr clearcpuid=515,321,323 noxsaves nopcid noinvpcid nosmap nosmep nogbpages
BOOT
run_logged "$work.log" xorriso -as mkisofs -quiet -o "$work/disc.iso" -b isolinux/isolinux.bin \
  -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table "$work/disc"
cat >"$work/bochsrc" <<BOCHS
display_library: term
megs: 1024
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_icelake_u, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none, time0=utc
ata0-master: type=cdrom, path=$work/disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/output
log: $work/bochs.log
panic: action=fatal
BOCHS
# Debian's Bochs has its debugger built in, which is told to go on, and wants a terminal.
printf 'c\nq\n' >"$work/debugger"
say "starting Linux on an emulated processor (output: $work/output)"
touch "$work/output"
timeout 1200 script -qec "bochs -q -f $work/bochsrc -rc $work/debugger" /dev/null </dev/null \
  >"$work/screen" 2>&1 &
readonly bochs=$!
# It stays after Linux has ended.
until ! kill -0 "$bochs" 2>/dev/null || grep -q '^ended with' "$work/output"; do sleep 1; done
kill "$bochs" 2>/dev/null || true
pkill -f "bochs.* -f $work/bochsrc" || true
tr -d '\r' <"$work/output" | grep -aE '^(missing:|\[  (FAILED|PASSED)|ended with)' >&2 || true
! grep -aq '^missing:' "$work/output" || die "the emulated processor lacks what the kernels ask for"
grep -aq '^ended with 0' "$work/output" ||
  die "the kernels' tests did not pass; see $work/output, and $work/bochs.log if Linux did not start"
