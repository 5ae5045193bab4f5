#!/usr/bin/env python3
"""Programmes: who is entitled to what, out of which money, decided by two persons, and nothing twice."""
import json
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask  # noqa: E402
from registers import make_register  # noqa: E402
from scenario import berm, check, equal, finish, folder, program, write  # noqa: E402

SOUND = "never_registered,yes,yes,yes,A,yes,tested_good,yes,98,no"
HOUSEHOLDS = """code,area,registered_status,enough_food,enough_clothing,doctor_reachable,housing_grade,water_enough,water_quality,water_piped,water_days_percent,sells_produce,poverty_insurance
"""
PERSONS = """code,household,name,birth_date,relation,sex,basic_medical_insurance,serious_illness,labour_capacity,working,attending_school,school_stage,public_welfare_post
"""
FLOWS = "household,month,source,wage_income,operating_income,medical_expense,education_expense\n"


def months():
    return [f"{2019 + (9 + i) // 12}-{(9 + i) % 12 + 1:02d}" for i in range(12)]


class Facts:
    """Rows of households, persons and flows."""

    def __init__(self):
        self.households, self.persons, self.flows = HOUSEHOLDS, PERSONS, FLOWS

    def add(self, code, area, yearly, persons, insured="no", medical=0, school=0, is_known=True):
        self.households += f"{code},{area},{SOUND},{insured}\n"
        for number, person in enumerate(persons, 1):
            self.persons += f"{code}-{number},{code},Made Up {code} {number},{person}\n"
        for at, month in enumerate(months()):
            amount = yearly / 12 if yearly % 12 == 0 else (yearly - 11 * (yearly // 12) if at == 0 else yearly // 12)
            bills = (medical, school) if at == 10 else (0, 0)
            self.flows += f"{code},{month},visit,{0 if is_known else ''},{amount:g},{bills[0]},{bills[1]}\n"


OLD = "1950-02-03,head,male,yes,no,none,no,no,,no"
ILL = "1952-05-10,head,male,yes,yes,lost,no,no,,no"
WIFE = "1954-01-02,spouse,female,yes,no,none,no,no,,no"
MOTHER = "1978-05-10,head,female,yes,no,weak,no,no,,no"
STUDENT = "2001-03-20,child,male,yes,no,none,no,yes,college,no"
SCHOOLGIRL = "2004-03-20,child,female,yes,no,none,no,yes,vocational,no"
WORKER = "1980-05-10,head,male,yes,no,ordinary,yes,no,,no"


class Register:
    def __init__(self, url):
        self.url = url

    def run(self, *arguments, user=None):
        return berm(*arguments, "--store", self.url, *(("--as", user) if user else ()))

    def rows(self, *arguments, user=None):
        result = self.run(*arguments, "--format", "ndjson", user=user)
        assert result.code == 0, result.text
        return [json.loads(line) for line in result.out.splitlines()]

    def one(self, *arguments, user=None):
        return self.rows(*arguments, user=user)[0]

    def budget(self, programme, area="X", year=2020):
        rows = self.rows("programme", "budgets", "--programme", programme, "--year", str(year))
        return next((row for row in rows if row["area"] == area), None)

    def sums_agree(self):
        """What the budgets say is reserved is what the entitlements say."""
        return ask(self.url, """SELECT b.programme, b.reserved_minor, coalesce(sum(e.amount_minor), 0)
            FROM programme_budget AS b LEFT JOIN entitlement AS e ON e.programme = b.programme
             AND e.budget_area_id = b.area_id AND e.budget_year = b.year AND e.state IN ('approved', 'suspended')
            GROUP BY b.programme, b.area_id, b.year, b.reserved_minor
            HAVING b.reserved_minor <> coalesce(sum(e.amount_minor), 0)""") == []

    def claims_agree(self):
        """Nobody has two in a period that are not at their end."""
        return ask(self.url, """SELECT programme, household_id, person_id, period FROM entitlement
            WHERE state NOT IN ('rejected', 'cancelled')
            GROUP BY programme, household_id, person_id, period HAVING count(*) > 1""") == []


def start(register, *arguments, user):
    return subprocess.Popen([program(), *arguments, "--store", register.url, "--as", user],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


ALLOWANCE = ("--programme", "minimum_living_allowance")
with folder() as here:
    facts = Facts()
    facts.add("H1", "X1", 6284, [ILL, WIFE], insured="yes", medical=37500)
    facts.add("H2", "X1", 3000, [OLD])
    facts.add("H3", "X2", 4800, [OLD], is_known=False)
    facts.add("H4", "X2", 60000, [WORKER])
    facts.add("H5", "X1", 17000, [MOTHER, STUDENT, SCHOOLGIRL], school=12000)
    facts.add("H6", "X2", 5000, [OLD])
    register = Register(make_register(here, facts.households, facts.persons, facts.flows, pack="rural-cn"))
    for name, role, area in (("anna", "county", "X"), ("bert", "county", "X"), ("carl", "township", "X1"),
                             ("vera", "viewer", "X"), ("fred", "field_worker", "X1")):
        assert register.run("user", "grant", name, role, "--area", area).code != 0
        assert berm("user", "add", name, "--store", register.url, stdin="correct horse battery\n").code == 0
        assert register.run("user", "grant", name, role, "--area", area).code == 0

    # ---- before the first month -----------------------------------------------------------------
    result = register.run("entitlement", "propose", "H1", *ALLOWANCE, user="anna")
    check("without a screened month nothing is proposed", result.code == 1 and "screen" in result.err, result.text)
    assert register.run("screen", "--month", "2020-09").code == 0
    equal("the pack has its programmes", len(register.rows("programme", "list")), 7)

    # ---- who goes without: every entitlement that applies is found ------------------------------
    def take_up(*options, user=None):
        return register.rows("programme", "take-up", *options, user=user)

    found = {(r["household"], r["person"], r["programme"]): r["amount"] for r in take_up()}
    equal("illness: insurance, allowance, dividend, relief and aid",
          {k[2]: float(v) for k, v in found.items() if k[0] == "H1"},
          {"minimum_living_allowance": 470, "poverty_insurance_payout": 22000, "asset_dividend": 3000,
           "temporary_relief": 2981, "medical_aid": 19500})
    equal("school costs and nobody who can go away: a post, and aid for each student",
          {k[1:]: float(v) for k, v in found.items() if k[0] == "H5" and k[1]},
          {("H5-1", "public_welfare_post"): 600, ("H5-2", "education_aid"): 3300, ("H5-3", "education_aid"): 2000})
    equal("who has enough is not on the list", [k for k in found if k[0] == "H4"], [])
    ranks = [r["risk_level"] for r in take_up()]
    order = ["critical", "high", "medium", "low", "undetermined", "none"]
    equal("the worst come first", ranks, sorted(ranks, key=order.index))
    unknown = [r for r in take_up(*ALLOWANCE) if r["household"] == "H3"]
    check("of whom nobody can tell is listed with what is missing",
          unknown and unknown[0]["amount"] is None and "household.wage_income_12m" in unknown[0]["missing"], unknown)

    # ---- one by hand: proposed by one, approved by another, out of a budget ---------------------
    first = register.one("entitlement", "propose", "H1", *ALLOWANCE, user="anna")
    number = str(first["entitlement"])
    equal("an eligible one is pending with the policy's amount",
          (first["state"], float(first["amount"]), first["period"]), ("pending", 470, "2020-09"))
    result = register.run("entitlement", "approve", number, user="anna")
    check("who proposed does not approve", result.code == 1 and "another person" in result.err, result.text)
    result = register.run("entitlement", "approve", number, user="bert")
    check("without a budget it is refused with the remedy",
          result.code == 1 and "berm programme budget" in result.err, result.text)
    register.one("programme", "budget", "minimum_living_allowance", "X", "2020", "400", user="anna")
    result = register.run("entitlement", "approve", number, user="bert")
    check("a budget that is too small tells its figures",
          result.code == 1 and all(part in result.err for part in ("470.00", "400.00", "is left")), result.text)
    register.one("programme", "budget", "minimum_living_allowance", "X", "2020", "1000", user="anna")
    equal("another person approves", register.one("entitlement", "approve", number, user="bert")["state"], "approved")
    equal("the same again is answered the same", register.one("entitlement", "approve", number, user="bert")["state"],
          "approved")
    row = register.budget("minimum_living_allowance")
    equal("it is reserved once", (float(row["reserved"]), float(row["free"])), (470, 530))
    result = register.run("programme", "budget", "minimum_living_allowance", "X", "2020", "469.99", user="anna")
    check("a budget is not cut below its promises", result.code == 1 and "470.00 reserved" in result.err, result.text)
    result = register.run("entitlement", "propose", "H1", *ALLOWANCE, user="carl")
    check("a period has one only", result.code == 1 and f"entitlement {number}" in result.err, result.text)
    result = register.run("entitlement", "propose", "H4", *ALLOWANCE, user="anna")
    check("the policy is not passed by", result.code == 1 and "Allowance eligible" in result.err, result.text)
    draft = register.one("entitlement", "propose", "H3", *ALLOWANCE, user="anna")
    check("where facts are missing it is a draft that names them",
          draft["state"] == "draft" and "household.wage_income_12m" in draft["missing"], draft)
    result = register.run("entitlement", "approve", str(draft["entitlement"]), user="bert")
    check("a draft is not approved", result.code == 1 and "is draft" in result.err, result.text)
    write(here / "more.csv", "household,month,source,wage_income\n" + "".join(
        f"H3,{m},visit,0\n" for m in months()))
    assert register.run("import", "flows", here / "more.csv").code == 0
    again = register.one("entitlement", "propose", "H3", *ALLOWANCE, user="anna")
    equal("proposed again it is brought up to date", (again["entitlement"], again["state"]),
          (draft["entitlement"], "pending"))

    # ---- areas and roles --------------------------------------------------------------------------
    result = register.run("entitlement", "approve", str(again["entitlement"]), user="carl")
    check("elsewhere it is not there", result.code == 1 and "there is no entitlement" in result.err, result.text)
    equal("a township's officer sees the township's",
          {r["household"] for r in register.rows("entitlement", "list", user="carl")}, {"H1"})
    check("a viewer sees none", register.run("entitlement", "list", user="vera").code == 1)
    check("a field worker proposes and does not approve",
          register.run("entitlement", "propose", "H2", *ALLOWANCE, user="fred").code == 0
          and register.run("entitlement", "approve", number, user="fred").code == 1)

    # ---- many at once -----------------------------------------------------------------------------
    rows = register.rows("entitlement", "propose", *ALLOWANCE, user="anna")
    equal("in bulk those who have nothing yet are proposed, and why not the others",
          {r["household"]: r["outcome"] for r in rows},
          {"H1": "claimed", "H2": "claimed", "H3": "claimed", "H5": "pending", "H6": "pending"})
    rows = register.rows("entitlement", "propose", *ALLOWANCE, user="anna")
    equal("the same again proposes nothing", {r["outcome"] for r in rows}, {"claimed"})
    register.one("programme", "budget", "minimum_living_allowance", "X", "2020", "820", user="anna")
    rows = register.rows("entitlement", "approve", *ALLOWANCE, user="bert")
    equal("a budget that does not reach for all goes to the worst first",
          [(r["household"], r["outcome"]) for r in rows],
          [("H2", "approved"), ("H5", "approved"), ("H6", "budget_short"), ("H3", "budget_short")])
    row = register.budget("minimum_living_allowance")
    equal("and never above it", (float(row["reserved"]), float(row["free"])), (790.66, 29.34))
    register.one("programme", "budget", "minimum_living_allowance", "X", "2020", "1000", user="anna")
    rows = register.rows("entitlement", "approve", *ALLOWANCE, user="anna")
    equal("what one proposed oneself is left to another", [(r["household"], r["outcome"]) for r in rows],
          [("H6", "own"), ("H3", "own")])

    # ---- suspended, resumed, rejected, cancelled --------------------------------------------------
    check("nobody suspends without a reason", register.run("entitlement", "suspend", number, user="bert").code == 1)
    held = register.one("entitlement", "suspend", number, "--reason", "Moved in with a son", user="bert")
    equal("it is held back", held["state"], "suspended")
    equal("the household is written to", ask(register.url, "SELECT kind, reason FROM letter"),
          [("suspended", "Moved in with a son")])
    rows = register.rows("entitlement", "propose", *ALLOWANCE, "--month", "2020-10", user="anna")
    equal("no bulk proposal undoes that", {r["household"]: r["outcome"] for r in rows}.get("H1"), "suspended")
    equal("it still is reserved", register.sums_agree(), True)
    equal("it goes on", register.one("entitlement", "resume", number, user="bert")["state"], "approved")
    before = float(register.budget("minimum_living_allowance")["reserved"])
    register.one("entitlement", "cancel", number, "--reason", "Left the village", user="bert")
    equal("a cancelled one gives its money back",
          round(before - float(register.budget("minimum_living_allowance")["reserved"]), 2), 470)
    rows = register.rows("entitlement", "propose", *ALLOWANCE, user="anna")
    equal("nor does it bring back what was cancelled", {r["household"]: r["outcome"] for r in rows}["H1"], "claimed")
    anew = register.one("entitlement", "propose", "H1", *ALLOWANCE, user="anna")
    check("a person may propose anew", anew["state"] == "pending" and anew["entitlement"] != first["entitlement"], anew)
    register.one("entitlement", "reject", str(anew["entitlement"]), "--reason", "Twice asked", user="bert")
    result = register.run("entitlement", "resume", str(anew["entitlement"]), user="bert")
    check("a state allows what it allows", result.code == 1 and "is rejected: one cannot resume it" in result.err,
          result.text)

    # ---- two officers at once ---------------------------------------------------------------------
    relief = ("--programme", "temporary_relief")
    both = [start(register, "entitlement", "propose", "H1", *relief, user=user) for user in ("anna", "bert") * 3]
    codes = sorted(process.wait() for process in both)
    equal("of six who propose the same at once one succeeds", codes, [0, 1, 1, 1, 1, 1])
    number = str(register.rows("entitlement", "list", *relief)[0]["entitlement"])
    register.one("programme", "budget", "temporary_relief", "X1", "2020", "5000", user="anna")
    both = [start(register, "entitlement", "approve", number, user="carl") for _ in range(4)]
    for process in both:
        process.wait()
    row = register.budget("temporary_relief", area="X1")
    equal("approved by four at once it is reserved once", float(row["reserved"]), 2981)

    # ---- a killed process leaves all or nothing ---------------------------------------------------
    for at in range(6):
        process = start(register, "entitlement", "propose", "--programme", "asset_dividend", user="anna")
        time.sleep(0.004 * at * at)
        process.send_signal(signal.SIGKILL)
        process.wait()
        counts = ask(register.url, "SELECT count(*) FROM entitlement WHERE programme = 'asset_dividend'")[0][0]
        claims = ask(register.url, "SELECT count(*) FROM entitlement_claim WHERE programme = 'asset_dividend'")[0][0]
        if counts != claims:
            break
    equal("each entitlement has its claim, whenever the process is killed", counts, claims)

    # ---- random sequences: no budget is ever exceeded, nobody has two --------------------------
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    register.one("programme", "budget", "asset_dividend", "X", "2020", "7000", user="anna")
    for _ in range(60):
        user = dice.choice(("anna", "bert", "carl"))
        listed = [str(r["entitlement"]) for r in register.rows("entitlement", "list")]
        action = dice.choice(("propose", "bulk", "approve", "approve", "suspend", "resume", "cancel", "reject", "budget"))
        if action == "propose":
            register.run("entitlement", "propose", dice.choice(("H1", "H2", "H3", "H6")), "--programme",
                         dice.choice(("asset_dividend", "minimum_living_allowance")), user=user)
        elif action == "bulk":
            register.run("entitlement", dice.choice(("propose", "approve")), "--programme", "asset_dividend", user=user)
        elif action == "budget":
            register.run("programme", "budget", "asset_dividend", dice.choice(("X", "X1")), "2020",
                         str(dice.randrange(0, 9000)), user=user)
        else:
            register.run("entitlement", action, dice.choice(listed), "--reason", "as the dice fell", user=user)
        if not register.sums_agree() or not register.claims_agree():
            break
    check("random decisions keep the sums, and everybody has one at most", register.sums_agree()
          and register.claims_agree(), f"seed {seed}")
    result = register.run("doctor")
    check("the doctor finds the register sound", result.code == 0, result.text)
finish()
