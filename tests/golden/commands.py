#!/usr/bin/env python3
"""Every command of the program stands in README's table, and has help that names its options."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, berm, check, finish  # noqa: E402

readme = (ROOT / "README.md").read_text()
names = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", berm("--help").out, re.M)
check("the help lists commands", len(names) > 20, names)
for name in names:
    word = name.split()[0]
    check(f"README names berm {word}", re.search(rf"`(?:berm )?{word}`", readme) or f"`berm {word} " in readme, word)
    result = berm(*name.split(), "--help")
    check(f"berm {name} --help tells its usage", result.code == 0 and f"Usage: berm {name}" in result.out,
          result.text)
finish()
