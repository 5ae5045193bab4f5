#!/usr/bin/env python3
"""Each pack that the program carries: it checks, and all its cases pass."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, berm, check, finish  # noqa: E402

for folder in sorted(path.parent for path in (ROOT / "packs").glob("*/pack.yaml")):
    pack = folder.name
    result = berm("policy", "check", pack)
    check(f"pack {pack} has no error", result.code == 0, result.text)
    result = berm("policy", "test", pack)
    passed = re.search(r"(\d+) cases passed, 0 failed", result.out)
    check(f"the cases of pack {pack} pass", result.code == 0 and passed and int(passed[1]) > 0,
          result.text[-600:])
    check(f"pack {pack} from its folder is the same", berm("policy", "test", folder).out == result.out)
finish()
