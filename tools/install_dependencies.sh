#!/bin/sh
# Install the Debian packages that are missing, and only then touch apt. Needs root or sudo for it.
#   tools/install_dependencies.sh [FURTHER PACKAGE...]
set -eu

packages="
build-essential pkgconf meson ninja-build python3 python3-jsonschema curl
clang libclang-rt-14-dev clang-format clang-tidy cppcheck
libsqlite3-dev sqlite3 libpq-dev postgresql libxml2-dev libyaml-dev libicu-dev libsodium-dev libpcre2-dev
brotli mandoc
libpango1.0-dev libcairo2-dev fonts-wqy-microhei poppler-utils
libevent-dev libssl-dev libintelrdfpmath-dev libjansson-dev libcmocka-dev
"

missing=""
for package in $packages "$@"; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "These Debian packages are missing; install them as root:$missing" >&2
    exit 1
fi

echo "Installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        exit 1
    }
}
run apt-get update -q
# shellcheck disable=SC2086
run apt-get install -q -y --no-install-recommends $missing
