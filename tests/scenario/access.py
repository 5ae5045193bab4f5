#!/usr/bin/env python3
"""Who sees what, by the command line: accounts, roles by area, what each is shown, tokens."""
import json
import os
import pathlib
import pty
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, dump  # noqa: E402
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, program, write  # noqa: E402

CLASSES = {"roof": "sensitive", "wage": "personal"}
DICTIONARY = "".join(
    line + "," + ("class" if number == 0 else CLASSES.get(line.split(",")[0], "")) + "\n"
    for number, line in enumerate(PACK["dictionary.csv"].splitlines()))
HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bela Hill,male,1950-01-01,head,,2010-01-01
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 300) + wages("B", 700) + wages("C", 100)
PASSWORD = "water over the weir"


def type_in(words, typed):
    """Run a command on a terminal of its own: answer each prompt; what the terminal showed."""
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen([program(), *words], stdin=terminal, stdout=terminal,
                               stderr=terminal)
    os.close(terminal)
    shown = ""
    for prompt, answer in typed:
        while not shown.endswith(prompt):
            shown += os.read(keyboard, 1000).decode()
        os.write(keyboard, answer.encode() + b"\n")
    code = process.wait(timeout=60)
    try:
        shown += os.read(keyboard, 10000).decode()
    except OSError:
        pass  # nothing more was shown
    os.close(keyboard)
    return code, shown


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS,
                        pack=make_pack(here / "pack", **{"dictionary.csv": DICTIONARY}))

    def call(*words, **options):
        return berm(*words, "--store", url, **options)

    def listed(*words):
        result = call(*words, "--format", "json")
        return json.loads(result.out) if result.code == 0 else result.text

    result = call("screen", "--month", "2020-09")
    check("a month is screened", result.code == 0, result.text)

    # ---- accounts
    for name in ("li", "wang", "zhou"):
        result = call("user", "add", name, stdin=PASSWORD + "\n")
        check(f"an account {name} is made", result.code == 0, result.text)
    contains("a short password is refused", call("user", "add", "short", stdin="1234\n").err,
             "fewer than 10")
    contains("a password must come", call("user", "add", "none", stdin="").err, "standard input")
    contains("a name is taken once", call("user", "add", "li", stdin=PASSWORD).err, "already")
    check("no password in the arguments", call("user", "add", "x", PASSWORD).code == 2)
    code, shown = type_in(["user", "password", "li", "--store", url],
                          [("New password: ", PASSWORD), ("again: ", PASSWORD)])
    check("a terminal does not show what is typed", code == 0 and PASSWORD not in shown, shown)
    code, shown = type_in(["user", "password", "li", "--store", url],
                          [("New password: ", PASSWORD), ("again: ", PASSWORD + "!")])
    check("a slip of the finger is noticed", code == 1 and "differ" in shown, shown)
    check("roles are granted", all(call("user", "grant", name, role, "--area", area).code == 0
                                   for name, role, area in (("li", "township", "X1"),
                                                            ("wang", "viewer", "X2"),
                                                            ("zhou", "analyst", "X1"))))
    contains("an unknown role is answered with those there are",
             call("user", "grant", "li", "king", "--area", "X1").err, "field_worker")
    contains("an unknown area is told", call("user", "grant", "li", "county", "--area", "Y").err,
             "no area with the code Y")
    check("a grant needs its place", call("user", "grant", "li", "county").code == 2)
    equal("the list shows accounts with roles",
          [(row["account"], row["active"], row["role"], row["area"])
           for row in listed("user", "list")],
          [("li", True, "township", "X1"), ("wang", True, "viewer", "X2"),
           ("zhou", True, "analyst", "X1")])

    # ---- what each sees
    def seen(user):
        return {(row["household"], row["finding"]) for row in listed("findings", "--as", user)}

    equal("the township sees its own findings", seen("li"),
          {("A", "income_low"), ("A", "house_unsafe")})
    equal("the neighbour sees the others", seen("wang"),
          {("C", "income_low"), ("C", "house_unsafe")})
    both = {row["household"] for row in listed("findings")}
    equal("who sits at the register sees all", both, {"A", "C"})
    contains("its household is shown", call("household", "A", "--as", "li").out, "Anna Hill")
    other = call("household", "C", "--as", "li")
    none = call("household", "D", "--as", "li")
    check("another's household is not there", other.code == 1 and none.code == 1 and
          other.err.replace(" C;", " D;") == none.err, other.text + none.text)
    check("nor its reasons", "no household" in call("explain", "C", "--as", "li").err)
    contains("nor its area", call("findings", "--area", "X2", "--as", "li").err,
             "no area with the code X2")
    contains("nor the area above", call("stats", "--area", "X", "--as", "li").err,
             "no area with the code X;")
    stats = call("stats", "--as", "li", "--format", "csv").out
    check("figures are of its own area only", "X2" not in stats and "Second" not in stats, stats)
    total = [line for line in call("stats", "--as", "li", "--format", "csv").out.splitlines()
             if ",2," in line]
    check("with its own two households", total, stats)
    contains("an analyst looks up no household", call("household", "A", "--as", "zhou").err,
             "household_read")
    contains("who has no account is told", call("findings", "--as", "nobody").err, "no account")

    # ---- field classes
    facts = json.loads(call("household", "C", "--as", "wang", "--format", "json").out)
    equal("a viewer's hidden variables are named", facts["hidden"], ["roof", "wage"])
    equal("and their values are not told",
          (facts["values"]["roof"], facts["values"]["rooms"], facts["flows"], facts["members"][0]["name"]),
          (None, 1, [], "(hidden)"))
    contains("the table says so too", call("household", "C", "--as", "wang").out,
             "Hidden from you: roof, wage")
    evidence = [row["evidence"] for row in listed("findings", "--as", "wang")
                if row["finding"] == "house_unsafe"][0]
    equal("evidence hides the value and tells the rule",
          [(c["value"], c["test"]) for c in evidence["rules"][0]["conditions"]
           if c["input"] == "household.roof"], [("(hidden)", '"leaks", "none"')])
    reasons = json.loads(call("explain", "C", "--as", "wang", "--format", "json").out)
    for part in ("findings", "recorded"):
        equal(f"and so do the reasons, in {part}",
              [c["value"] for found in reasons[part] if found["code"] == "house_unsafe"
               for rule in found["evidence"]["rules"] for c in rule["conditions"]
               if c["input"] == "household.roof"], ["(hidden)"])
    why = call("explain", "C", "--as", "wang").out
    check("the reason is told without the value",
          "The house is not safe." in why and "(hidden)" in why and "Roof is: None" not in why, why)
    contains("who may sees it", call("explain", "A", "--as", "li").out, "Leaks")

    # ---- moves, revocation, switching off
    write(here / "more.csv", "code,name,parent\nX0,Before,X\nX2,Second valley,X1\n")
    check("areas move", call("import", "areas", here / "more.csv").code == 0)
    equal("a role moves with its areas", {household for household, _ in seen("li")}, {"A", "C"})
    call("user", "revoke", "li", "township", "--area", "X1")
    contains("a revoked role is gone", call("findings", "--as", "li").err, "finding_list")
    contains("and cannot be revoked twice",
             call("user", "revoke", "li", "township", "--area", "X1").err, "does not hold")
    token = call("token", "create", "wang", "--label", "board", "--scopes",
                 "summary_read,area_list")
    check("a token is shown once", token.out.startswith("berm_") and len(token.out) == 70, token.out)
    contains("a token needs a scope that is there",
             call("token", "create", "wang", "--label", "x", "--scopes", "all").err, "summary_read")
    equal("tokens are listed without themselves",
          [(row["account"], row["label"], row["scopes"], row["state"])
           for row in listed("token", "list")],
          [("wang", "board", "area_list summary_read", "valid")])
    call("user", "disable", "wang")
    contains("who is switched off sees nothing", call("findings", "--as", "wang").err, "switched off")
    equal("and the tokens are void", [row["state"] for row in listed("token", "list")], ["revoked"])
    check("an account is switched on again", call("user", "enable", "wang").code == 0 and
          seen("wang"), "")
    contains("two words that are no command are helped", berm("user", "remove").err,
             "add, list, password")

    # ---- what is stored
    text = dump(url)
    check("no password and no token is stored", PASSWORD not in text and
          token.out.strip() not in text and token.out.strip()[5:] not in text)
    check("passwords are Argon2id with 19 MiB and 2 passes",
          text.count("$argon2id$v=19$m=19456,t=2,p=1$") == 3)
    changes = [row[0] for row in ask(url, "SELECT via FROM change ORDER BY change_id")]
    check("every change of access is in the log", {"account li added",
          "role township granted to li in X1", "role township of li revoked in X1",
          "token 1 of account wang made", "account wang switched off"} <= set(changes), changes)
finish()
