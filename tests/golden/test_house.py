#!/usr/bin/env python3
"""The tools that the build and the checks stand on: lists of sources, packs in the program, the front."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, check, equal, finish, folder, run, write  # noqa: E402


def tool(name, *arguments):
    return run([sys.executable, ROOT / "tools" / name, *arguments], cwd=ROOT)


# ---- sources.py
modules = tool("sources.py", "modules").out.split()
check("base is the lowest module", modules[:1] == ["base"], modules)
sources = tool("sources.py", "module", "base").out.split()
check("a module's files are listed", "src/base/money.c" in sources, sources)
check("the program's main file belongs to no library",
      "src/cli/main.c" not in tool("sources.py", "module", "cli").out.split(), "it is listed")
tests = dict(line.split(" ", 1) for line in tool("sources.py", "tests").out.splitlines())
equal("a test links what it includes", tests.get("tests/unit/base/test_money.c"), "base")
with folder() as here:
    first = tool("sources.py", "stamp", here / "list")
    second = tool("sources.py", "stamp", here / "list")
    write(here / "list", "src/base/gone.c\n")
    third = tool("sources.py", "stamp", here / "list")
    equal("a changed list of files asks for a new configuration",
          (first.code, second.code, third.code), (1, 0, 1))

# ---- embed_packs.py
with folder() as here:
    write(here / "packs" / "one" / "pack.yaml", "name: one\n")
    write(here / "packs" / "one" / 'odd "name".csv', b"\x00\xff")
    write(here / "packs" / "one" / ".hidden", "no")
    write(here / "packs" / "empty.txt", "")
    made = tool("embed_packs.py", here / "packs", here / "t.c", here / "d.S", here / "t.d")
    table = (here / "t.c").read_text() if made.code == 0 else made.text
    rows = re.findall(r'^    \{"(.*)", berm_embedded_\d+, (\d+)\},$', table, re.MULTILINE)
    equal("each file of a pack is in the table with its length", rows,
          [("empty.txt", "0"), ('one/odd \\"name\\".csv', "2"), ("one/pack.yaml", "10")])
    check("a new file makes the table be written again",
          str(here / "packs" / "one") in (here / "t.d").read_text(), (here / "t.d").read_text())
with folder() as here:
    (here / "packs").mkdir()
    made = tool("embed_packs.py", here / "packs", here / "t.c", here / "d.S", here / "t.d")
    check("no packs make an empty table", made.code == 0 and
          "EMBEDDED_FILE_COUNT = 0" in (here / "t.c").read_text(), made.text)

# ---- the front
for target in ("all", "demo", "test", "bench", "scenarios", "format", "lint", "sanitize", "fuzz",
               "walk-pslm", "install"):
    result = run(["make", "-n", target], cwd=ROOT)
    check(f"make {target} is known", result.code == 0, result.text)
result = tool("run_tests.py", "--only", "layers")
check("the closing line is the last", re.fullmatch(r"\d+ passed, \d+ failed(, \d+ skipped)?",
                                                   result.out.strip().splitlines()[-1]), result.out)
result = tool("run_tests.py", "--only", "no-such-step")
equal("a step that does not exist is refused", result.code, 2)
finish()
