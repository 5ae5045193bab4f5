#!/usr/bin/env python3
"""A policy's life: drafted, checked, published by a second person from a month on; months before keep
their rules, and what happens outside the register changes nothing in it."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, is_postgres, tamper  # noqa: E402
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bela Hill,male,1950-01-01,head,,2010-01-01
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + "".join(
    wages(code, amount, months=14) for code, amount in (("A", 300), ("B", 400), ("C", 500)))
CASES = """month: 2020-09
areas: [X1, X]
cases:
  - name: below the line
    household: {roof: sound}
    members: [{relation: head, sex: female, birth_date: 1970-01-01}]
    flows: {wage: {2019-10..2020-09: 300}}
    expect:
      findings: [{code: income_low, severity: high, threshold: LINE}]
"""
PASSWORD = "water over the weir"


def line_pack(path, version, line, **changes):
    """The pack of three rules with another line, and a case that says so."""
    make_pack(path, **{"pack.yaml": PACK["pack.yaml"].replace('version: "1"', f'version: "{version}"'),
                       "parameters.csv": PACK["parameters.csv"].replace("4000", str(line)), **changes})
    write(path / "cases" / "income.yaml", CASES.replace("LINE", str(line)))
    return path


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)

    def call(*words, **options):
        return berm(*words, "--store", url, **options)

    def listed(*words):
        result = call(*words, "--format", "json")
        return json.loads(result.out) if result.code == 0 else result.text

    def low(month):
        return sorted(row["household"] for row in listed("findings", "--month", month)
                      if row["finding"] == "income_low")

    def draft(path, *words):
        result = call("policy", "draft", path, *words)
        return int(result.out.split()[1].rstrip(":")) if result.code == 0 else result.text

    for name, role in (("ann", "policy_author"), ("ben", "policy_approver"), ("eve", "viewer")):
        call("user", "add", name, stdin=PASSWORD)
        call("user", "grant", name, role, "--everywhere")
    call("user", "add", "kim", stdin=PASSWORD)  # writes and publishes
    for role in ("policy_author", "policy_approver"):
        call("user", "grant", "kim", role, "--everywhere")

    # ---- what stands outside changes nothing
    first = listed("policy", "versions")
    equal("a new register has one version, from the beginning",
          [(row["number"], row["state"], row["from"]) for row in first],
          [(1, "published", "the beginning")])
    line_pack(here / "pack", "1", 6000)
    equal("the month is screened", call("screen", "--month", "2020-09").code, 0)
    equal("an edited folder changes no rules", low("2020-09"), ["A"])

    # ---- draft
    contains("who may not write drafts nothing",
             call("policy", "draft", here / "pack", "--as", "ben").err, "policy_write")
    contains("a pack that is wrong is no draft", call("policy", "draft", line_pack(
        here / "wrong", "2", 5500, **{"findings.csv": "code,label_en\n"})).err, "findings.csv")
    contains("another type is refused by name", call("policy", "draft", line_pack(
        here / "type", "2", 5500, **{"dictionary.csv": PACK["dictionary.csv"].replace(
            "rooms,household,integer", "rooms,household,decimal")})).err, "'rooms' as integer")
    contains("another pack is refused", call("policy", "draft", "rural-cn").err, "three-rules")
    contains("other money is refused", call("policy", "draft", line_pack(here / "money", "2", 5500, **{
        "pack.yaml": PACK["pack.yaml"].replace("decimals: 2", "decimals: 0")})).err, "decimals")
    second = draft(line_pack(here / "second", "2", 5000), "--as", "ann", "--note", "the line rises")
    equal("an author drafts", second, 2)
    contains("a draft is not published",
             call("policy", "publish", "2", "--from", "2020-10", "--as", "ben").err, "is draft")

    # ---- check
    third = draft(line_pack(here / "third", "3", 5000), "--as", "ann")
    write(here / "third" / "cases" / "income.yaml", CASES.replace("LINE", "4999"))
    bad = draft(here / "third", "--as", "ann")
    result = call("policy", "check", str(bad), "--as", "ann")
    check("a case that fails keeps a draft a draft", result.code == 1 and "below the line" in result.out
          and "1 failed" in result.err, result.text)
    (here / "third" / "cases" / "income.yaml").unlink()
    bare = draft(here / "third", "--as", "ann")
    contains("without cases nothing is checked", call("policy", "check", str(bare), "--as", "ann").text,
             "no cases")
    result = call("policy", "check", "2", "--as", "ann")
    check("cases pass", result.code == 0 and "1 cases passed, 0 failed; it is checked" in result.err,
          result.text)

    # ---- publish
    contains("an author does not publish",
             call("policy", "publish", "2", "--from", "2020-10", "--as", "ann").err, "policy_publish")
    contains("a screened month keeps its rules",
             call("policy", "publish", "2", "--from", "2020-09", "--as", "ben").err, "2020-09 have been screened")
    equal("a second person publishes",
          call("policy", "publish", "2", "--from", "2020-10", "--as", "ben").code, 0)
    own = draft(line_pack(here / "own", "4", 5600), "--as", "kim")
    call("policy", "check", str(own), "--as", "kim")
    contains("who drafted it does not publish it, whatever their roles",
             call("policy", "publish", str(own), "--from", "2020-11", "--as", "kim").err, "second person")
    local = draft(line_pack(here / "local", "5", 5700))
    call("policy", "check", str(local))
    contains("nor does the user of this machine, twice",
             call("policy", "publish", str(local), "--from", "2020-11").err, "second person")
    twin = draft(line_pack(here / "twin", "2", 5800), "--as", "ann")
    call("policy", "check", str(twin), "--as", "ann")
    contains("a label names one set of rules",
             call("policy", "publish", str(twin), "--from", "2020-12", "--as", "ben").err, "raise 'version'")

    # ---- months have their rules
    equal("the next month is screened", call("screen", "--month", "2020-10").code, 0)
    equal("by the new rules", low("2020-10"), ["A", "B"])
    equal("and the month before stays as it was", low("2020-09"), ["A"])
    again = listed("screen", "--month", "2020-09")
    equal("asked again, the old month has the old rules", (again[0]["what_if"], again[0]["opened"]), (True, 0))
    contains("the old month is explained by the old line",
             call("explain", "A", "--month", "2020-09").out, "4,000")
    contains("the new month by the new one", call("explain", "A", "--month", "2020-10").out, "5,000")
    check("B is explained as safe by the old rules",
          "below the line" not in call("explain", "B", "--month", "2020-09").out.lower())
    runs = ask(
        url, "SELECT 'v' || r.pack_version, v.pack_version_id FROM run r JOIN pack_version v ON v.sha256 = r.pack_sha256 "
        "ORDER BY r.run_id")
    equal("each run names its version", runs, [("v1", 1), ("v2", 2)])

    # ---- withdraw
    contains("rules that decided are not withdrawn", call("policy", "withdraw", "2", "--as", "ben").err,
             "have been screened")
    contains("nor are the first", call("policy", "withdraw", "1", "--as", "ben").err, "first version")
    future = draft(line_pack(here / "future", "6", 9000, **{"dictionary.csv": PACK["dictionary.csv"] +
                                                           "well,household,boolean,,,,,,,Well,井,,,made up\n"}),
                   "--as", "ann")
    call("policy", "check", str(future), "--as", "ann")
    equal("another is published", call("policy", "publish", str(future), "--from", "2020-11", "--as", "ben").code, 0)
    wells = write(here / "wells.csv", "code,area,well\nA,X1,yes\n")
    equal("a new variable takes facts at once", call("import", "households", wells).code, 0)
    equal("it may be withdrawn before its month",
          call("policy", "withdraw", str(future), "--as", "ben").code, 0)
    contains("its variable hides", call("import", "households", wells).text, "well")
    equal("the month goes on by the rules before",
          (call("screen", "--month", "2020-11").code, low("2020-11")), (0, ["A", "B"]))
    contains("twice is once too often", call("policy", "withdraw", str(future), "--as", "ben").err,
             "withdrawn")
    equal("an author withdraws a draft", call("policy", "withdraw", str(bad), "--as", "ann").code, 0)

    # ---- looking
    states = {row["number"]: row["state"] for row in listed("policy", "versions")}
    equal("the list tells each state", (states[1], states[2], states[future], states[bad], states[own]),
          ("published", "published", "withdrawn", "withdrawn", "checked"))
    contains("a viewer reads no policy", call("policy", "versions", "--as", "eve").err, "policy_read")
    shown = {row["what"]: row["value"] for row in listed("policy", "show", "2")}
    equal("a version says who did what", (shown["drafted_by"], shown["published_by"], shown["from"],
                                          shown["note"]), ("ann", "ben", "2020-10", "the line rises"))
    equal("a version is written out", call("policy", "export", "2", here / "out").code, 0)
    equal("byte for byte", {str(path.relative_to(here / "out")): path.read_bytes()
                            for path in (here / "out").rglob("*") if path.is_file()},
          {str(path.relative_to(here / "second")): path.read_bytes()
           for path in (here / "second").rglob("*") if path.is_file()})
    contains("never over what is there", call("policy", "export", "2", here / "out").err, "not there yet")
    contains("a version that there is not", call("policy", "show", "99").err, "berm policy versions")

    # ---- the journal and tampering
    steps = [row for row in listed("journal", "list") if row["action"].endswith("_policy")
             and row["subject"] == "policy version 2"]
    equal("every step is an entry", [(row["action"], row["details"]["person"]) for row in steps],
          [("draft_policy", "ann"), ("check_policy", "ann"), ("publish_policy", "ben")])
    equal("the doctor finds nothing", call("doctor").code, 0)
    tamper(url, "UPDATE pack_file SET bytes = replace(bytes, '5000', '1000') WHERE bytes LIKE '%5000,unit%' "
                 "OR bytes LIKE 'name,area,valid_from%5000%'")
    contains("rules that were changed in the database are not used",
             call("screen", "--month", "2020-12").err, "not what was stored")

# ---- a register that is older than versions
with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    tamper(url, *(f"DELETE FROM {table}" for table in ("pack_version_file", "pack_file", "pack_version")),
           "ALTER SEQUENCE id_pack_version RESTART" if is_postgres() else
           "DELETE FROM id_counter WHERE name = 'pack_version'")
    equal("an older register opens as before", berm("screen", "--store", url, "--month", "2020-09").code, 0)
    versions = json.loads(berm("policy", "versions", "--store", url, "--format", "json").out)
    equal("its pack is its first version", [(row["number"], row["from"]) for row in versions],
          [(1, "the beginning")])
    line_pack(here / "pack", "1", 6000)
    found = json.loads(berm("findings", "--store", url, "--format", "json").out)
    equal("and stays it", sorted(row["household"] for row in found if row["finding"] == "income_low"), ["A"])

finish()
