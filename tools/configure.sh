#!/bin/sh
# Configure a build folder, or do it again where a source file was added or removed since.
#   tools/configure.sh FOLDER [MESON OPTION...]
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift

again=""
if [ -f "$folder/build.ninja" ]; then
    ! python3 tools/sources.py stamp "$folder/sources.list" || exit 0
    again="--reconfigure"
fi
mkdir -p "$folder"
# shellcheck disable=SC2086
if ! meson setup $again "$folder" "$@" >"$folder/configure.log" 2>&1; then
    cat "$folder/configure.log" >&2
    rm -f "$folder/sources.list"
    exit 1
fi
python3 tools/sources.py stamp "$folder/sources.list" || true
