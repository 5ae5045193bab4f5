#!/bin/sh
# Build the Debian package from what git knows (or, without git, from everything but build folders).
#   packaging/build_deb.sh [FOLDER]     where the package goes (default: build/deb)
set -eu
cd "$(dirname "$0")/.."
out=${1:-${BUILD:-build}/deb}
tools/install_dependencies.sh debhelper dpkg-dev fakeroot

version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" meson.build | head -n 1)
rm -rf "$out"
mkdir -p "$out/berm-$version"
if git rev-parse --git-dir >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$out/berm-$version"
else
    tar -c --exclude='./build*' . | tar -x -C "$out/berm-$version"
fi
cp -r packaging/debian "$out/berm-$version/debian"
cd "$out/berm-$version"
if ! DEB_BUILD_OPTIONS="parallel=${JOBS:-$(nproc)} nocheck" dpkg-buildpackage -b -us -uc >../build.log 2>&1; then
    tail -n 60 ../build.log >&2
    echo "the package could not be built; all of it is in $out/build.log" >&2
    exit 1
fi
cd ..
rm -r "berm-$version"
rm -f ./*-dbgsym_*.deb
ls ./*.deb | sed "s|^\.|$out|"
