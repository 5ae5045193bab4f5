#!/usr/bin/env python3
"""docs/reference/access.md lists every role and permission as roles.def and permissions.def have them."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, equal, finish  # noqa: E402

ACCESS = ROOT / "src" / "service" / "access"
PAGE = (ROOT / "docs" / "reference" / "access.md").read_text(encoding="utf-8")

roles = re.findall(r"^ROLE\(\w+, \"(\w+)\", '(\w)', \"(.*)\"\)$",
                   (ACCESS / "roles.def").read_text(), re.M)
names = {letter: name for name, letter, _ in roles}
check("each role has a letter of its own", len(names) == len(roles) >= 9, names)
for name, _, meaning in roles:
    check(f"the role {name} is on the page", f"| `{name}` | {meaning} |\n" in PAGE)

permissions = re.findall(r'^PERMISSION\(\w+, "(\w+)", "(\w+)", "(.*)"\)$',
                         (ACCESS / "permissions.def").read_text(), re.M)
for name, letters, meaning in permissions:
    check(f"the letters of {name} are roles, each once",
          set(letters) <= set(names) and len(set(letters)) == len(letters), letters)
    held = ", ".join(names.get(letter, "?") for letter in letters)
    check(f"the permission {name} is on the page", f"| `{name}` | {held} | {meaning} |\n" in PAGE,
          held)
rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
equal("the page has no others", rows,
      [role[0] for role in roles] + [permission[0] for permission in permissions])
finish()
