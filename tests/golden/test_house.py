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

# ---- embed_assets.py
def assets(here, *folders):
    made = tool("embed_assets.py", here / "t.c", here / "d.S", here / "t.d", *folders)
    table = (here / "t.c").read_text() if made.code == 0 else ""
    return made, {row[0]: row[1:] for row in re.findall(
        r'^    \{"(.*?)", "(.*?)", \{\w+, (\d+)\}, \{\w+, (\d+)\}, \{\w+, (\d+)\}, (0x[0-9a-f]{16})u, (\w+)\},$',
        table, re.M)}


with folder() as here:
    write(here / "web" / "index.html", '<link href="/static/style.css">' + "x" * 500)
    write(here / "web" / "style.css", "a{}" * 500)
    write(here / "web" / "tiny.txt", "x")
    write(here / "app" / "index.html", "<p>")
    write(here / "app" / "assets" / "main-Bx3k9_Za.js", "1;" * 400)
    write(here / "app" / "assets" / "my-homepage.js", "2;" * 400)
    made, rows = assets(here, here / "web", f"office={here / 'app'}")
    style = next((name for name in rows if re.fullmatch(r"style\.[0-9a-f]{8}\.css", name)), None)
    check("a file that pages ask for has its hash in its name, and the page follows", style and style.encode() in
          b"".join(path.read_bytes() for path in here.glob("asset-*.p.gen")), made.text + str(rows))
    equal("such a file may be cached for ever, a page may not", (rows[style][-1], rows["index.html"][-1]),
          ("true", "false"))
    equal("a bundler's hash is seen, and a word of eight letters is none",
          (rows["office/assets/main-Bx3k9_Za.js"][-1], rows["office/assets/my-homepage.js"][-1]), ("true", "false"))
    check("a form that is no smaller is left out", rows["tiny" + next(n for n in rows if n.startswith("tiny"))[4:]][2:4]
          == ("0", "0") and int(rows[style][2]) < 100, rows)
    check("the type comes from the suffix", rows[style][0] == "text/css; charset=utf-8", rows)
    write(here / "web" / "index.html", '<link href="/static/gone.css">')
    made, _ = assets(here, here / "web")
    check("a page that asks for what is not there is refused", made.code == 1 and "gone.css" in made.text, made.text)
    write(here / "web" / "index.html", "x")
    write(here / "web" / "x.unknown", "x")
    check("a type that nobody knows is refused", "TYPES" in assets(here, here / "web")[0].text)

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
