#!/usr/bin/env python3
"""Every command in the documentation runs: the sh blocks of each page, in a folder of its own."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, finish, folder, program, run  # noqa: E402

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]

for page in PAGES:
    text = page.read_text()
    name = page.relative_to(ROOT)
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M))
    if script:
        with folder() as here:
            path = f"{pathlib.Path(program()).resolve().parent}:{os.environ['PATH']}"
            result = run(["sh", "-euc", script], cwd=here, env={"PATH": path})
            check(f"the commands of {name} run", result.code == 0, result.text[-600:])
    for command, shown in re.findall(r"^```text\n\$ berm ([^\n]*)\n(.*?)^```", text, re.S | re.M):
        came = run([program(), *command.split()]).out.splitlines()
        for line in shown.splitlines():
            start = line.removesuffix("...")
            known = re.search(r" in [\d.]+ s", line) or any(
                other.startswith(start) if start != line else other == line for other in came)
            if not known:
                check(f"what {name} shows of berm {command} is what comes", False, line)
        check(f"berm {command} of {name} was compared", len(shown.splitlines()) > 10 and came, shown)
    for target in re.findall(r"^make ([a-z-]+)", text, re.M):
        result = run(["make", "-n", target, "DATA=x"], cwd=ROOT)
        check(f"make {target} of {name} is there", result.code == 0, result.text)
    for link in re.findall(r"\]\(([^)#]+)", text):
        if "://" not in link:
            check(f"the link {link} of {name} leads somewhere", (page.parent / link).exists())
for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.[a-z]+)?)`", (ROOT / "ARCHITECTURE.md").read_text()):
    there = [base / path for base in (ROOT, ROOT / "src")]
    if path not in ("module/module.h", "policy/kernel"):
        check(f"{path} of ARCHITECTURE.md is there", any(place.exists() for place in there), path)
finish()
