#!/usr/bin/env python3
"""The command line as shells use it: exit codes, formats, closed pipes, full disks."""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, run, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\n" + "".join(
    f"H{number},X{number % 2 + 1},leaks,{number % 7}\n" for number in range(3000))
PERSONS = "code,household,sex,relation\nH1-1,H1,female,head\nH1-2,H1,,\n"


def piped(*arguments):
    """The command's exit code and words on standard error when its reader stops after one line."""
    writer = subprocess.Popen([program(), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
    writer.stdout.readline()
    writer.stdout.close()
    words = writer.stderr.read().decode()
    return writer.wait(timeout=120), words


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, "household,month,wage\n" + wages("H1", 100))
    store = ["--store", url]
    result = berm("findings", *store, "--month", "2020-09")
    check("a register that was never screened does not look safe",
          result.code == 1 and "berm screen" in result.err, result.text)
    equal("a month is screened", berm("screen", *store, "--month", "2020-09").code, 0)
    result = berm("findings", *store, "--month", "2020-12", "--limit", "1")
    contains("a month that was not screened says so", result.err, "2020-12 was not screened")

    for form in ("table", "json", "ndjson", "csv"):
        code, words = piped("findings", *store, "--format", form)
        check(f"a reader that stops early ends findings --format {form} quietly",
              code == 0 and words == "", (code, words))
    code, words = piped("import", *store, "households", "--format", "csv", str(write(
        here / "bad.csv", "code,area,rooms\n" + "".join(f"B{n},X1,many\n" for n in range(9000)))))
    check("a reader that stops early does not stop an import", code == 3 and "9000 rejected" in words,
          (code, words))
    check("a demo whose reader stops early leaves nothing behind",
          piped("demo", "--households", "50")[0] == 0)

    if pathlib.Path("/dev/full").exists():
        for arguments in (["findings", *store], ["explain", *store, "H1"], ["household", *store, "H1"],
                          ["stats", *store], ["--help"], ["policy", "test", str(here / "pack")]):
            make_pack(here / "pack")
            words = 'exec "$0" "$@" >/dev/full'
            result = run(["sh", "-c", words, program(), *arguments])
            check(f"berm {arguments[0]} tells that a disk is full",
                  result.code == 1 and "could not be written" in result.err, result.text)

    facts = json.loads(berm("household", *store, "H1", "--format", "json").out)
    equal("what is not known of a member is null",
          [facts["members"][1][key] for key in ("sex", "birth_date", "relation", "from_date")],
          [None] * 4)
    for arguments, words in (
            (["explain", *store, "H1", "--format", "csv"], "takes table|json"),
            (["findings", *store, "--undetermined=yes"], "takes no value"),
            (["findings", *store, "-x"], "no option -x"),
            (["findings", *store, "--area"], "--area needs a value"),
            (["policy"], "eval, test or tck"),
            (["journal"], "list, verify, seal or checkpoint"),
            (["key", "lose"], "create, rotate or show")):
        result = berm(*arguments)
        check(f"berm {' '.join(arguments[:1] + arguments[-1:])} is wrong usage",
              result.code == 2 and words in result.err, (result.code, result.text))

    for group, command in (("policy", "policy tck"), ("journal", "journal seal"), ("key", "key rotate")):
        result = berm(group, "--help")
        check(f"berm {group} --help tells the group's commands and no others",
              result.code == 0 and command in result.out and
              set(re.findall(r"^  ([a-z]+) ", result.out, re.M)) == {group}, result.text)

    broken = make_pack(here / "broken")
    write(broken / "pack.yaml", (broken / "pack.yaml").read_text() + "colour: blue\n")
    contains("an error tells its line and column",
             berm("policy", "check", str(broken)).err, "(line 15, column 1)")
finish()
