#!/usr/bin/env python3
"""Faults that a tester found once: each check fails where its fault comes back."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import registers  # noqa: E402
from registers import AREAS, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, equal, finish, folder, program, run, write  # noqa: E402

IMPORT_KIB_MAX = 64 * 1024
ENDED = "Findings that have ended"


def screen(url, month):
    result = berm("screen", "--store", url, "--month", month)
    assert result.code == 0, result.text


def findings(url, *more):
    result = berm("findings", "--store", url, "--undetermined", "--format", "ndjson", *more)
    return [json.loads(line) for line in result.out.splitlines()]


def found(url, *more):
    return {(row["household"], row["finding"], row["undetermined"], row["since"])
            for row in findings(url, *more)}


def import_text(url, here, kind, text):
    result = berm("import", "--store", url, kind, write(here / "more.csv", text))
    assert result.code == 0, result.text


def unknown_clears_nothing():
    """A certain finding stays open in a month in which its facts are missing."""
    with folder() as here:
        url = make_register(here, "code,area,roof\nE,X1,leaks\n",
                            "code,household,from_date\nE-1,E,2010-01-01\n",
                            "household,month,wage\n" + wages("E", 100))
        screen(url, "2020-09")
        import_text(url, here, "households", "code,area,roof\nE,X1,\n")
        screen(url, "2020-10")
        now = found(url)
        check("a month without its income leaves a certain finding open",
              ("E", "income_low", False, "2020-09") in now, now)
        check("an emptied fact leaves a certain finding open",
              ("E", "house_unsafe", False, "2020-09") in now, now)
        text = berm("explain", "--store", url, "E").out
        check("what nobody reported is not told as ended", ENDED not in text, text)
        rows = berm("stats", "--store", url, "--format", "ndjson").out.splitlines()
        total = json.loads(rows[0])
        equal("its household still counts as one with findings", total["with_findings"], 1)
        import_text(url, here, "flows", "household,month,wage\n" + wages("E", 900, (2019, 10), 13))
        import_text(url, here, "households", "code,area,roof\nE,X1,sound\n")
        screen(url, "2020-10")
        equal("known good facts end both findings",
              {row for row in found(url) if not row[2]}, set())


def nobody_recorded_is_not_safe():
    """A household without members has no income per head: that is unknown, not safe."""
    with folder() as here:
        url = make_register(here, "code,area,roof\nD,X1,sound\n", "",
                            "household,month,wage\n" + wages("D", 10))
        screen(url, "2020-09")
        check("income per head of nobody is undetermined",
              ("D", "income_low", True, "2020-09") in found(url), found(url))
        text = berm("explain", "--store", url, "D").out
        check("it is not told that no fact is missing", "no fact that the rules need" not in text, text)


def an_error_in_a_rule_is_not_safe():
    """Text times 2 is null. Either the pack is refused, or the row is undetermined."""
    broken = registers.DMN.replace("household.wage_12m / household.size", "household.roof * 2")
    line = ('<decision id="line" name="Line"><informationRequirement><requiredInput '
            'href="#parameter"/></informationRequirement><literalExpression><text>parameter.line'
            '</text></literalExpression></decision></definitions>')
    with folder() as here:
        pack = make_pack(here / "pack", dmn=broken.replace("</definitions>", line))
        url = f"sqlite:{here}/r.berm"
        refused = berm("init", "--store", url, "--pack", pack).code == 1
        if not refused:
            import_text(url, here, "areas", AREAS)
            import_text(url, here, "households", "code,area,roof\nA,X1,sound\n")
            import_text(url, here, "persons", "code,household,from_date\nA-1,A,2010-01-01\n")
            screen(url, "2020-09")
        check("a rule that cannot be computed never means safe",
              refused or ("A", "income_low", True, "2020-09") in found(url), "no finding at all")


def a_future_month_is_refused():
    """A slip of the pen (2099 for 2020) made every later month a what-if, for ever."""
    with folder() as here:
        url = make_register(here, "code,area,roof\nB,X1,leaks\n",
                            "code,household,from_date\nB-1,B,2010-01-01\n")
        result = berm("screen", "--store", url, "--month", "2099-01")
        check("a month far in the future is refused", result.code in (1, 2), result.text)
        result = berm("screen", "--store", url, "--month", "2020-09", "--format", "json")
        check("the real month is still a record",
              result.code == 0 and json.loads(result.out)[0]["what_if"] is False, result.text)


def a_past_month_is_told_as_it_was():
    """explain --month tells the reasons that were stored, with whatever is different by now."""
    with folder() as here:
        url = make_register(here, "code,area,roof\nB,X1,leaks\nA,X1,sound\n",
                            "code,household,from_date\nB-1,B,2010-01-01\nA-1,A,2010-01-01\n",
                            "household,month,wage\n" + wages("A", 700, months=15) +
                            wages("B", 700, months=15))
        screen(url, "2020-09")
        import_text(url, here, "households", "code,area,roof\nB,X1,sound\nA,X1,leaks\n")
        screen(url, "2020-12")
        text = berm("explain", "--store", url, "B", "--month", "2020-09").out
        check("a stored finding of that month is explained",
              "House not safe" in text.split(ENDED)[0], text)
        text = berm("explain", "--store", url, "A", "--month", "2020-09").out
        check("nothing is told to have begun after the month", "2020-12" not in text, text)


def an_unscreened_month_says_so():
    with folder() as here:
        url = make_register(here, "code,area,roof\nB,X1,leaks\n")
        screen(url, "2020-09")
        for month in ("2019-01", "2020-10"):
            result = berm("findings", "--store", url, "--month", month)
            check(f"findings of a month that was not screened say so ({month})",
                  result.code != 0 or "screened" in result.err, result.text or "not a word")


def positions_in_errors():
    text = registers.DMN.replace("household.wage_12m /", "household.wage_12m / /")
    with folder() as here:
        pack = make_pack(here / "pack", dmn=text)
        for words in (("policy", "check", pack),
                      ("init", "--store", f"sqlite:{here}/r.berm", "--pack", pack)):
            result = berm(*words)
            check(f"{words[0]} says the line of a broken expression",
                  result.code == 1 and re.search(r"line \d+", result.text, re.I), result.text)
        write(here / "pack" / "policy.dmn", registers.DMN.replace("</rule>", "", 1))
        result = berm("policy", "check", pack)
        check("policy check says the line of broken XML",
              result.code == 1 and re.search(r"line \d+", result.text, re.I), result.text)


def a_full_output_is_a_failure():
    with folder() as here:
        url = make_register(here, "code,area,roof\nB,X1,leaks\n", "",
                            "household,month,wage\n" + wages("B", 700, (2000, 1), 240))
        for name, words in (("household", f"household --store {url} B"),
                            ("household as JSON", f"household --store {url} B --format json"),
                            ("demo", "demo --households 2000")):
            result = run(["sh", "-c", f"exec {program()} {words} >/dev/full"])
            check(f"{name} fails where its output cannot be written",
                  result.code == 1 and "written" in result.err, f"{result.code} {result.err}")


def days_that_cannot_be():
    """Deaths before birth or in the future, memberships that have not begun."""
    with folder() as here:
        url = make_register(here, "code,area\nA,X1\n")
        rows = ["A-1,A,2020-01-01,2010-01-01,2015-01-01,died", "A-2,A,1990-01-01,2999-01-01,,",
                "A-3,A,1990-01-01,2010-01-01,2999-01-01,died", "A-4,A,1990-01-01,2010-01-01,2019-01-01,died"]
        result = berm("import", "--store", url, "persons", write(
            here / "p.csv", "code,household,birth_date,from_date,to_date,end_reason\n" + "\n".join(rows) + "\n"))
        check("days that cannot be are rejected, the others go in",
              result.code == 3 and "1 added" in result.err and "3 rejected" in result.err, result.text)


def memory_stays_small():
    """Imports and lists of any size in 64 MB."""
    with folder() as here:
        url = make_register(here, "code,area\nA,X1\n")
        areas = "".join(f"Q{i},n{i},{f'Q{(i - 1) // 10}' if i else ''}\n" for i in range(60000))
        result = berm("import", "--store", url, "areas",
                      write(here / "areas.csv", "code,name,parent\n" + areas))
        check("60,000 areas are imported in 64 MB",
              result.code == 0 and result.peak_kib <= IMPORT_KIB_MAX, f"{result.peak_kib} KiB")
        url = f"sqlite:{here}/many.berm"
        berm("init", "--store", url, "--pack", "rural-cn")
        import_text(url, here, "areas", AREAS)
        import_text(url, here, "households",
                    "code,area\n" + "".join(f"H{i:06d},X1\n" for i in range(20000)))
        screen(url, "2020-09")
        for form in ("ndjson", "csv", "table"):
            result = run(["sh", "-c", f"exec {program()} findings --store {url} --undetermined "
                                      f"--format {form} >/dev/null"])
            check(f"a long list of findings is written in 64 MB ({form})",
                  result.code == 0 and result.peak_kib <= IMPORT_KIB_MAX, f"{result.peak_kib} KiB")


for regression in (unknown_clears_nothing, nobody_recorded_is_not_safe,
                   an_error_in_a_rule_is_not_safe, a_future_month_is_refused,
                   a_past_month_is_told_as_it_was, an_unscreened_month_says_so,
                   positions_in_errors, a_full_output_is_a_failure, days_that_cannot_be,
                   memory_stays_small):
    regression()
finish()
