#!/usr/bin/env python3
"""What is installed beside the program and made from its rows: manual pages, and completion in a real bash."""
import json
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from scenario import ROOT, berm, check, contains, equal, finish, folder, program, run, skip, write  # noqa: E402

MADE = pathlib.Path(program()).resolve().parent / "packaging"
rows = json.loads(berm("help", "--json").out)
names = [command["name"] for command in rows["commands"]]


def complete(line, here, script):
    """What bash offers for a line; it is cut into words as readline does, at spaces, "=" and ":"."""
    words = re.findall(r"[=:]|[^\s=:]+", line) + ([""] if line[-1:].isspace() else [])
    quoted = " ".join(f"'{word}'" for word in words)
    result = run(["bash", "--norc", "-c", f"source {script}; COMP_WORDS=({quoted}); "
                  f"COMP_CWORD={len(words) - 1}; _berm; printf '%s\\n' \"${{COMPREPLY[@]}}\""], cwd=here)
    return sorted(result.out.split("\n")[:-1] if result.out.strip() else []), result.err


# ---- Help as JSON, which the others are made of.
equal("berm help --json tells the commands that berm --help lists", names,
      re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  ", berm("--help").out, re.M))
equal("berm help COMMAND is berm COMMAND --help", berm("help", "policy", "check").out,
      berm("policy", "check", "--help").out)
equal("and so for a group", berm("help", "policy").out, berm("policy", "--help").out)
check("and it knows what there is not", berm("help", "polcy").code == 2)

if not MADE.is_dir():
    skip("manual pages and completion", f"this build does not make them: there is no {MADE}")
    finish()

# ---- Manual pages.
pages = {path.name: path.read_text() for path in [*(MADE / "man1").iterdir(), *(MADE / "man5").iterdir()]}
for command in rows["commands"]:
    page = pages.get(f"berm-{command['name'].split()[0]}.1", "").replace("\\-", "-")
    missing = [option["name"] for option in command["options"] if f"\\fB--{option['name']}\\fR" not in page]
    check(f"the manual page of berm {command['name']} has every option",
          f"berm {command['name']}" in page and not missing, missing)
    check(f"berm(1) lists {command['name']}", f"berm {command['name']}\\fR" in pages["berm.1"].replace("\\-", "-"))
equal("there is a page for the formats", {name for name in pages if name.endswith(".5")}, {"berm-pack.5", "berm-import.5"})
for name, text in pages.items():
    check(f"{name} is plain ASCII", text.isascii())
if shutil.which("mandoc"):
    for folder_name in ("man1", "man5"):
        for path in sorted((MADE / folder_name).iterdir()):
            result = run(["mandoc", "-Tlint", "-W", "warning", path])
            equal(f"mandoc finds nothing to say about {path.name}", (result.code, result.text), (0, ""))
else:
    skip("mandoc reads the pages", "mandoc is not installed")
if shutil.which("man") and shutil.which("groff"):
    result = run(["man", "--warnings", "-l", MADE / "man5" / "berm-pack.5"], env={"LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
    equal("man formats berm-pack(5) without a warning", (result.code, result.err), (0, ""))
    contains("with its Chinese words", result.out, "防止返贫监测帮扶")
else:
    skip("man formats the pages", "man is not installed")

# ---- Completion.
with folder() as here:
    script = MADE / "berm"
    write(here / "county.berm", "")
    write(here / "two words.csv", "")
    (here / "pack").mkdir()

    def offers(line, wanted, name=None):
        got, err = complete(line, here, script)
        equal(name or f"bash completes {line!r}", (got, err), (sorted(wanted), ""))

    groups = {name.split()[0] for name in names}
    offers("berm hou", [name for name in groups if name.startswith("hou")])
    offers("berm jour", ["journal"])
    offers("berm ", [*groups, "help", "--help", "--version"])
    offers("berm policy ", [*(name.split()[1] for name in names if name.startswith("policy ")), "--help"])
    offers("berm policy ch", ["check"])
    offers("berm findings --form", ["--format"])
    offers("berm findings --format ", ["table", "json", "ndjson", "csv"])
    offers("berm explain --format=j", ["json"], "only those that the command takes")
    offers("berm explain --format=", ["table", "json"])
    offers("berm findings --format json --lang ", ["en", "zh"])
    offers("berm findings --undetermined --lang=z", ["zh"], "a flag takes no value")
    offers("berm findings --store ", ["sqlite:"])
    offers("berm findings --store sqlite:co", ["county.berm"])
    offers("berm findings --store=sqlite:co", ["county.berm"])
    offers("berm import ho", ["households"])
    offers("berm import --store sqlite:county.berm ho", ["households"], "options before an argument do not count")
    offers("berm import --encoding utf-8 ho", ["households"])
    offers("berm import --dry-run households tw", ["two words.csv"])
    offers("berm import --map=county.berm households tw", ["two words.csv"])
    offers("berm init --pack ru", ["rural-cn"])
    offers("berm policy test ", ["county.berm", "pack", "pakistan-pslm", "rural-cn", "two words.csv"])
    offers("berm policy tck ", ["pack"], "a folder is wanted, and only folders come")
    offers("berm user grant li view", ["viewer"])
    offers("berm household H1 --nothing", [])
    offers("berm help pol", ["policy"])
    for command in rows["commands"]:
        got, err = complete(f"berm {command['name']} --", here, script)
        equal(f"every option of berm {command['name']} is offered", got,
              sorted([*(f"--{option['name']}" for option in command["options"]), "--help"]))

    # ---- Installed where the system looks for them.
    result = run(["meson", "install", "-C", MADE.parent, "--no-rebuild", "--destdir", here / "root"], cwd=ROOT)
    if result.code == 0:
        found = {path.name: path.parent for path in (here / "root").rglob("*") if path.is_file()}
        check("pages and completion are installed", found.get("berm-pack.5", here).name == "man5" and
              found.get("berm-policy.1", here).name == "man1" and
              any(path.parent.name == "completions" for path in (here / "root").rglob("berm")), result.text)
    else:
        check("the program can be installed", False, result.text)
finish()
