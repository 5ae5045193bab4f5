#!/usr/bin/env python3
"""The main job on a small register: import, screen, findings with reasons, spells over months."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X1,leaks,2\nC,X2,,1\n"
PERSONS = """code,household,sex,birth_date,relation,at_school,from_date
A-1,A,female,1980-05-01,head,,2010-01-01
A-2,A,male,2010-03-01,child,yes,2010-03-01
B-1,B,male,1950-01-01,head,,2010-01-01
C-1,C,female,1985-01-01,head,,2010-01-01
C-2,C,male,2011-07-01,child,no,2011-07-01
"""
FLOWS = "household,month,wage\n" + wages("A", 700) + wages("B", 300) + wages("C", 800, months=11)


def findings(url, *more):
    result = berm("findings", "--store", url, "--undetermined", "--format", "json", *more)
    return {(row["household"], row["finding"], row["undetermined"]) for row in json.loads(result.out)}


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    result = berm("screen", "--store", url, "--month", "2020-09")
    check("a month is screened", result.code == 0, result.text)
    equal("each household's findings are those of its facts", findings(url), {
        ("B", "income_low", False), ("B", "house_unsafe", False), ("C", "school", False),
        ("C", "income_low", True), ("C", "house_unsafe", True)})
    equal("--area keeps to the area", findings(url, "--area", "X2"), {
        ("C", "school", False), ("C", "income_low", True), ("C", "house_unsafe", True)})
    equal("--code keeps to the finding", findings(url, "--code", "school"), {("C", "school", False)})

    evidence = json.loads(berm("findings", "--store", url, "--code", "income_low", "--format",
                               "json").out)[0]["evidence"]
    rule = evidence["rules"][0]
    equal("the evidence names row, threshold and distance",
          (rule["row"], rule["conditions"][0]["threshold"], rule["conditions"][0]["distance"]),
          (1, 4000, 400))
    equal("the evidence names what was read",
          (rule["reads"]["household.wage_12m"], rule["reads"]["household.size"]), (3600, 1))

    text = berm("explain", "--store", url, "B").out
    contains("the reason is told in words", text, "Income below the line (high)")
    contains("the reason tells the distance", text, "threshold 4,000 XTS, 400 XTS below")
    contains("the reason tells what clears it", text, "The roof is repaired.")
    contains("undetermined says what is missing", berm("explain", "--store", url, "C").out,
             "[household.wage_12m]")
    contains("the reason is told in Chinese", berm("explain", "--store", url, "B", "--lang", "zh").out,
             "收入低于标准")
    contains("a household with nothing says so", berm("explain", "--store", url, "A").out,
             "Nothing was found")
    result = berm("explain", "--store", url, "Z")
    check("an unknown household is an error", result.code == 1 and "no household" in result.err,
          result.text)

    result = berm("screen", "--store", url, "--month", "2020-09", "--format", "json")
    row = json.loads(result.out)[0]
    equal("the same month again changes nothing", (row["opened"], row["closed"], row["unchanged"]),
          (0, 0, 5))
    berm("import", "--store", url, "households", write(here / "h2.csv", "code,roof,area\nB,sound,X1\n"))
    row = json.loads(berm("screen", "--store", url, "--month", "2020-10", "--format", "json").out)[0]
    check("October closes what was mended", row["closed"] >= 1, row)
    check("the mended house is no finding any more",
          ("B", "house_unsafe", False) not in findings(url), findings(url))
    check("September is still as it was",
          ("B", "house_unsafe", False) in findings(url, "--month", "2020-09"),
          findings(url, "--month", "2020-09"))
    contains("explain tells what has ended", berm("explain", "--store", url, "B").out,
             "House not safe (medium): from 2020-09, ended in 2020-10")
    contains("the household's history tells the change", berm("household", "--store", url, "B").out,
             '{"roof":["leaks","sound"]}')

    before = findings(url)
    result = berm("screen", "--store", url, "--month", "2020-08", "--format", "json")
    check("a past month is a what-if", json.loads(result.out)[0]["what_if"] is True, result.text)
    equal("a what-if stores nothing", findings(url), before)

    rows = json.loads(berm("stats", "--store", url, "--month", "2020-09", "--format", "json").out)
    total = next(row for row in rows if row["group"] == "total")
    equal("the summary counts households and people", (total["households"], total["people"]), (3, 5))
    equal("the headcount leaves out what is unknown", total["headcount"], 0.333333)

    equal("one thread or many give the same findings",
          berm("screen", "--store", url, "--month", "2020-10", "--threads", "1").code, 0)
    check("stats of an unknown area is an error",
          berm("stats", "--store", url, "--area", "NOWHERE").code == 1)

for arguments, words in (
        (["findings"], "which register"), (["screen", "--store", "sqlite:/nowhere/r"], "which month"),
        (["screen", "--month", "2020-13", "--store", "sqlite:x"], "--month"), (["sreen"], "did you mean screen"),
        (["screen", "--moth", "2020-01"], "no option --moth"), (["explain"], "argument is missing"),
        (["import", "cats", "x.csv", "--store", "sqlite:x"], "what is cats"),
        (["findings", "--format", "xml", "--store", "sqlite:x"], "--format xml")):
    result = berm(*arguments)
    check(f"berm {' '.join(arguments)} is wrong usage", result.code == 2 and words in result.err,
          (result.code, result.text))
equal("--help succeeds", berm("screen", "--help").code, 0)
result = berm("findings", "--store", "sqlite:/nowhere/r.berm")
check("a register that is not there is named", result.code == 1 and "berm init" in result.err, result.text)
finish()
