#!/usr/bin/env python3
"""Measures: what the policy recommends for a household, planned, delivered with evidence, or cancelled."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, equal, finish, folder  # noqa: E402

HOUSEHOLDS = """code,area,registered_status,enough_food,enough_clothing,doctor_reachable,housing_grade,water_enough,water_quality,water_piped,water_days_percent,sells_produce,poverty_insurance
H1,X1,never_registered,yes,yes,yes,A,yes,tested_good,yes,98,no,yes
H2,X2,never_registered,yes,yes,yes,A,yes,tested_good,yes,98,no,no
"""
PERSONS = """code,household,name,birth_date,relation,sex,basic_medical_insurance,serious_illness,labour_capacity,working
P1,H1,Made Up One,1952-05-10,head,male,yes,yes,lost,no
P2,H1,Made Up Two,1954-01-02,spouse,female,yes,no,none,no
P3,H2,Made Up Three,1980-01-02,head,female,yes,no,ordinary,yes
"""
MONTHS = [f"{2019 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(12)]
FLOWS = "household,month,source,wage_income,operating_income,medical_expense\n" + "".join(
    f"H1,{m},visit,0,500,{37500 if m == '2020-08' else 0}\nH2,{m},visit,5000,0,0\n" for m in MONTHS)
FINDINGS = {"income_below_line", "rigid_expenses", "serious_illness"}
RECOMMENDED = {"minimum_living_allowance", "temporary_relief", "medical_aid", "poverty_insurance_payout",
               "asset_dividend", "doctor_service"}

with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, pack="rural-cn")

    def run(*arguments, user=None):
        return berm("measure", *arguments, "--store", url, *(("--as", user) if user else ()))

    def rows(*arguments, user=None):
        result = run(*arguments, "--format", "ndjson", user=user)
        assert result.code == 0, result.text
        return [json.loads(line) for line in result.out.splitlines()]

    for name, role, area in (("anna", "county", "X"), ("fred", "field_worker", "X1"), ("vera", "viewer", "X")):
        assert berm("user", "add", name, "--store", url, stdin="correct horse battery\n").code == 0
        assert berm("user", "grant", name, role, "--area", area, "--store", url).code == 0
    assert berm("screen", "--month", "2020-09", "--store", url).code == 0

    # ---- what is recommended ----------------------------------------------------------------------
    planned = rows("plan", "H1", user="fred")
    equal("all that the policy recommends is planned", {r["measure"] for r in planned}, RECOMMENDED)
    equal("no finding is left without a measure", {r["finding"] for r in planned}, FINDINGS)
    check("each answers a finding that it helps against",
          {r["finding"] for r in planned if r["measure"] == "medical_aid"} <= {"serious_illness", "rigid_expenses"},
          planned)
    check("by the workflow's clock, and seen to by who plans",
          all(r["owner"] == "fred" and r["state"] == "planned" and r["recommended"] for r in planned), planned)
    days = ask(url, "SELECT DISTINCT due_on, substr(planned_at, 1, 10) FROM measure")
    check("within ten days", len(days) == 1 and days[0][0] > days[0][1], days)
    equal("the programme that pays is known",
          {r["programme"] for r in planned if r["measure"] == "asset_dividend"}, {"asset_dividend"})
    equal("planned again nothing is added", rows("plan", "H1", user="fred"), [])

    # ---- by hand -----------------------------------------------------------------------------------
    extra = rows("plan", "H1", "--measure", "care_service", "--owner", "anna", "--due", "2020-10-15",
                 "--amount", "1200", user="anna")
    equal("a person adds another", [(r["measure"], r["owner"], r["due_on"], float(r["amount"]), r["recommended"])
                                    for r in extra], [("care_service", "anna", "2020-10-15", 1200, False)])
    equal("the same again is left as it is", rows("plan", "H1", "--measure", "care_service", user="anna"), [])
    result = run("plan", "H1", "--measure", "care_servise", user="anna")
    check("a wrong word gets a suggestion", result.code == 1 and "'care_service'" in result.err, result.text)
    result = run("plan", "H2", "--measure", "care_service", user="fred")
    check("elsewhere there is no such household", result.code == 1 and "there is no household" in result.err,
          result.text)
    check("a viewer plans nothing and sees none", run("plan", "H1", user="vera").code == 1
          and run("list", user="vera").code == 1)
    equal("what is overdue is listed", [r["measure"] for r in rows("list", "--overdue", "--area", "X1")],
          ["care_service"])

    # ---- delivered, cancelled ----------------------------------------------------------------------
    number = str(next(r["measure_number"] for r in planned if r["measure"] == "doctor_service"))
    equal("it is under way", rows("start", number, user="fred")[0]["state"], "under_way")
    result = run("deliver", number, "--evidence", "Signed contract", user="fred")
    check("nothing is delivered without a result", result.code == 1 and "--result" in result.err, result.text)
    words = ("--evidence", "Signed contract", "--result", "A doctor comes each month")
    done = rows("deliver", number, *words, user="fred")[0]
    equal("it is delivered with evidence and result", (done["state"], done["evidence"], done["result"]),
          ("delivered", words[1], words[3]))
    equal("the same again changes nothing", rows("deliver", number, *words, user="fred")[0], done)
    result = run("cancel", number, "--reason", "A mistake", user="fred")
    check("what was delivered is not cancelled", result.code == 1 and "is delivered" in result.err, result.text)
    result = run("deliver", str(int(number) + 100), *words, user="fred")
    check("an unknown number is told", result.code == 1 and "there is no measure" in result.err, result.text)
    other = str(extra[0]["measure_number"])
    result = run("deliver", other, *words, "--file", "0" * 64, user="anna")
    check("a file that the household does not have shows nothing", result.code == 1 and "no file" in result.err,
          result.text)
    check("tomorrow has not come", run("deliver", other, *words, "--on", "2999-01-01", user="anna").code == 1)
    check("nothing is cancelled without a reason", run("cancel", other, user="anna").code == 1)
    equal("it is cancelled with a reason",
          [rows("cancel", other, "--reason", "A daughter came home", user="anna")[0][k] for k in ("state", "reason")],
          ["cancelled", "A daughter came home"])
    equal("each step stands in the log of changes",
          ask(url, "SELECT count(*) FROM change_row WHERE entity = 'measure'")[0][0], len(planned) + 1 + 3)
finish()
