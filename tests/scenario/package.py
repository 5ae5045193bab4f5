#!/usr/bin/env python3
"""The Debian package: what is in it, what it asks for, and that its program runs where it is unpacked.

Building compiles everything once more, which takes minutes; so it is done where BERM_DEB=1 asks for it.
What can be said without building is always looked at.
"""
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, contains, equal, finish, folder, run, skip  # noqa: E402

DEBIAN = ROOT / "packaging" / "debian"
version = re.search(r"^  version: '(.*)',", (ROOT / "meson.build").read_text(), re.M).group(1)
contains("the package has the program's version", (DEBIAN / "changelog").read_text().splitlines()[0], f"({version})")
packages = set((ROOT / "tools" / "install_dependencies.sh").read_text().split('"')[1].split())
libraries = {name for name in packages if name.startswith("lib") and name.endswith("-dev")} - {
    "libclang-rt-14-dev", "libcmocka-dev"}
needs = set(re.findall(r"^ {15}([a-z0-9.+-]+)", (DEBIAN / "control").read_text(), re.M))
equal("it is built with every library that the program is built with", libraries - needs, set())

missing = [tool for tool in ("dpkg-buildpackage", "dh") if not shutil.which(tool)]
if os.environ.get("BERM_DEB") != "1":
    skip("the package is built", "it takes minutes; BERM_DEB=1 asks for it")
elif missing:
    skip("the package is built", f"{', '.join(missing)} is not installed; make deb installs it")
else:
    with folder() as here:
        result = run([ROOT / "packaging" / "build_deb.sh", here / "deb"], cwd=ROOT, timeout=1100)
        found = sorted((here / "deb").glob("*.deb"))
        if check("it is built", result.code == 0 and len(found) == 1, result.text):
            info = run(["dpkg", "--info", found[0]]).out
            contains("the libraries that it needs were computed", info, "libsodium23 (>=")
            contains("its settings are the administrator's", run(["dpkg-deb", "--ctrl-tarfile", found[0]]).out, "/etc/default/berm")
            listing = run(["dpkg", "-c", found[0]]).out
            for path in ("usr/bin/berm", "lib/systemd/system/berm.service", "etc/default/berm", "usr/lib/sysusers.d/berm.conf",
                         "usr/lib/tmpfiles.d/berm.conf", "usr/share/man/man1/berm.1.gz", "usr/share/man/man5/berm-pack.5.gz",
                         "usr/share/bash-completion/completions/berm", "usr/share/doc/berm/copyright",
                         "usr/share/doc/berm/guide/serve.md"):
                contains(f"/{path} is in it", listing, f" ./{path}")
            check("all of it is root's", all(" root/root " in line for line in listing.splitlines()), listing[:300])
            run(["dpkg", "-x", found[0], here / "root"])
            berm = here / "root" / "usr" / "bin" / "berm"
            equal("its program runs", run([berm, "--version"]).out, f"berm {version}\n")
            result = run([berm, "policy", "test", "rural-cn"])
            check("with its packs", result.code == 0, result.text)
            if shutil.which("lintian"):
                result = run(["lintian", "--allow-root", "--fail-on", "error,warning", found[0]])
                check("lintian has nothing to say", result.code == 0, result.text)
            else:
                skip("lintian looks at it", "lintian is not installed")
finish()
