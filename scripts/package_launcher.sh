#!/bin/sh
# Starts slava-cxr from wherever this folder lies, with its own DICOM data dictionary.
set -eu
here=$(dirname "$(readlink -f "$0")")
export DCMDICTPATH="${DCMDICTPATH:-$here/share/dcmtk/dicom.dic}"
exec "$here/bin/slava-cxr" "$@"
