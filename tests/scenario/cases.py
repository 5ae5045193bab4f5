#!/usr/bin/env python3
"""Cases: leads of every kind join one case, steps want role and proof, what was dismissed stays so."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, store_url  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402
from server import make_account  # noqa: E402

SOUND = "yes,yes,yes,A,yes,tested_good,yes,100"
HOUSEHOLDS = ("code,area,enough_food,enough_clothing,doctor_reachable,housing_grade,water_enough,water_quality,"
              "water_piped,water_days_percent\n" + "".join(f"{code},{area},{SOUND}\n" for code, area in
                                                             (("K1", 1), ("K2", 1), ("K3", 2))))
PERSONS = ("code,household,birth_date,relation,basic_medical_insurance,labour_capacity,working,serious_illness\n" +
           "".join(f"{code}a,{code},1968-01-01,head,yes,ordinary,yes,no\n" for code in ("K1", "K2", "K3")))
MONTHS = [f"2019-{m:02d}" for m in (10, 11, 12)] + [f"2020-{m:02d}" for m in range(1, 11)]
FLOWS = "household,month,wage_income,operating_income\n" + "".join(
    f"{code},{month},1500,0\n" for code in ("K1", "K2", "K3") for month in MONTHS)


class Register:
    def __init__(self, here):
        self.here = here
        self.url = store_url(here / "register.berm")
        self.day = "2020-10-09"  # a Friday after the holidays

    def run(self, *words, user=None, stdin=None):
        who = ("--as", user) if user else ()
        return berm(*words, *who, "--store", self.url, stdin=stdin, env={"BERM_NOW": f"{self.day}T02:00:00.000Z"})

    def ask(self, sql):
        return ask(self.url, sql)

    def load(self):
        tables = {"areas": "code,name,parent\n0,County,\n1,Hill village,0\n2,Lake village,0\n", "households": HOUSEHOLDS,
                  "persons": PERSONS, "flows": FLOWS}
        results = [self.run("init", "--pack", "rural-cn")]
        results += [self.run("import", kind, write(self.here / f"{kind}.csv", text)) for kind, text in tables.items()]
        results.append(self.run("screen", "--month", "2020-09"))
        for result in results:
            assert result.code == 0, result.text
        for name, role, area in (("ann", "field_worker", "1"), ("tom", "township", "1"), ("tim", "township", "1"),
                                 ("cleo", "county", "0"), ("lou", "field_worker", "2")):
            make_account(self.url, name, (role, area))

    def warn(self, household, kind, value, reference):
        line = json.dumps({"source": "office", "reference": reference, "kind": kind, "date": self.day,
                           "household": household, "value": value})
        result = self.run("warning", "send", "-", "--format", "ndjson", stdin=line + "\n")
        return json.loads(result.out)

    def step(self, household, action, user, *more):
        return self.run("case", "step", household, action, *more, user=user)

    def visit(self, household, summary):
        assert self.run("visit", "plan", household, "--purpose", "verification", user="ann").code == 0
        number = self.ask("SELECT max(visit_id) FROM visit")[0][0]
        result = self.run("visit", "record", number, "--on", self.day, "--summary", summary, user="ann")
        assert result.code == 0, result.text

    def case(self, household):
        return self.ask("SELECT c.state, c.due_on, c.due_action, c.step_count FROM household_case c JOIN household h "
                        f"ON h.household_id = c.household_id WHERE h.code = '{household}' ORDER BY c.case_id DESC")[0]

    def leads(self, household):
        return self.ask("SELECT l.source, l.code, l.severity FROM lead l JOIN household h ON h.household_id = "
                        f"l.household_id WHERE h.code = '{household}' ORDER BY l.lead_id")

    def open_cases(self):
        return self.ask("SELECT count(*) FROM household_case WHERE ended_on IS NULL")[0][0]


def refused(name, result, *words):
    check(name + " is refused", result.code != 0, result.text)
    for word in words:
        contains(name + ": why", result.text, word)


def leads(register):
    equal("who is not at risk has no case", register.open_cases(), 0)
    answer = register.warn("K1", "housing_grade", "D", "w1")
    contains("a warning opens its finding", answer["findings"], "unsafe_housing")
    equal("and the lead is there at once", register.leads("K1"), [("warning", "unsafe_housing", 5)])
    equal("with its clock", register.case("K1"), ("lead", "2020-10-10", "take_up", 0))
    register.warn("K1", "water_test", "bad", "w2")
    equal("another finding joins the case", (register.open_cases(), len(register.leads("K1"))), (1, 2))
    equal("a worker's lead joins it too", register.run("lead", "add", "K1", "--note", "The roof came down.",
                                                       "--severity", "critical", user="ann").code, 0)
    equal("one household, one case", register.open_cases(), 1)
    equal("as grave as the worst of them", register.ask("SELECT severity FROM household_case"), [(5,)])
    refused("a lead of elsewhere", register.run("lead", "add", "K1", "--note", "x", user="lou"), "no household")
    refused("a lead without a word", register.run("lead", "add", "K2", user="ann"), "what was seen")
    refused("a lead of no finding", register.run("lead", "add", "K2", "--code", "gloom", user="ann"), "findings.csv")


def identified(register):
    refused("another's step", register.step("K1", "take_up", "tom"), "field_worker's")
    refused("no step of the state", register.step("K1", "confirm", "ann"), "is in the state lead")
    equal("the worker takes it up", register.step("K1", "take_up", "ann").code, 0)
    equal("the clock is that of the visit", register.case("K1")[:2], ("verification", "2020-10-12"))
    refused("a step without its proof", register.step("K1", "confirm", "ann"), "visit", "sign")
    refused("a visit that nobody made", register.run("case", "prove", "K1", "visit", user="ann"), "berm visit record")
    register.day = "2020-10-12"
    register.visit("K1", "The wall is cracked.")
    equal("and is proof", register.ask("SELECT kind, given_by FROM case_proof"), [("visit", "ann")])
    equal("a paper is signed", register.run("case", "prove", "K1", "signature", user="ann").code, 0)
    refused("a paper of tomorrow", register.run("case", "prove", "K1", "data_match", "--on", "2020-10-13", user="ann"),
            "after today")
    old = register.step("K1", "confirm", "ann", "--expect", "0")
    refused("a step by who looked before another was taken", old, "somebody took a step meanwhile")
    equal("confirmed", register.step("K1", "confirm", "ann", "--expect", "1").code, 0)
    register.run("case", "prove", "K1", "data_match", user="ann")
    equal("appraised", register.step("K1", "appraise", "ann").code, 0)
    refused("a notice of before", register.run("case", "prove", "K1", "notice", "--on", "2020-10-01", user="ann"),
            "post a new one")
    equal("posted", register.run("case", "prove", "K1", "notice", user="ann").code, 0)
    register.day = "2020-10-17"
    refused("a notice whose last day is not over", register.step("K1", "end_notice", "ann"), "notice")
    register.day = "2020-10-18"
    equal("somebody objects", register.run("case", "prove", "K1", "objection", "--note", "They own a car.",
                                           user="tom").code, 0)
    refused("while an objection is open", register.step("K1", "end_notice", "ann"), "objection")
    objection = register.ask("SELECT proof_number FROM case_proof WHERE kind = 'objection'")[0][0]
    equal("it is settled", register.run("case", "settle", "K1", objection, "--how", "It is a barrow.", user="tom").code, 0)
    refused("twice", register.run("case", "settle", "K1", objection, "--how", "x", user="tom"), "settled already")
    equal("the notice ends", register.step("K1", "end_notice", "ann").code, 0)
    equal("the township approves", register.step("K1", "approve", "tom").code, 0)
    equal("the county approves", register.step("K1", "approve", "cleo").code, 0)
    equal("the household is monitored", register.case("K1"), ("monitored", "2020-10-28", "plan_measures", 6))
    refused("help that nobody planned", register.step("K1", "plan_measures", "ann"), "measure")
    refused("a way out without its conditions", register.step("K1", "propose_elimination", "ann"), "measure", "income")


def dismissed(register):
    register.day = "2020-10-20"
    register.warn("K2", "housing_grade", "C", "w3")
    assert register.step("K2", "take_up", "ann").code == 0
    register.visit("K2", "They moved to their son's house.")
    refused("a dismissal without a reason", register.step("K2", "dismiss", "tom"), "reason")
    done = register.step("K2", "dismiss", "tom", "--reason", "They live safely.")
    check("what was found is no danger", done.code == 0, done.text)
    equal("the case has ended", (register.case("K2")[0], register.open_cases()), ("dismissed", 1))
    register.warn("K2", "housing_grade", "A", "w4")
    register.warn("K2", "housing_grade", "C", "w5")
    equal("the same finding stays dismissed", (register.open_cases(), len(register.leads("K2"))), (1, 1))
    equal("a month's run changes nothing of it", register.run("screen", "--month", "2020-10").code, 0)
    equal("nor does it", register.ask("SELECT count(*) FROM lead l JOIN household h ON h.household_id = l.household_id "
                                      "WHERE h.code = 'K2' AND l.code = 'unsafe_housing'"), [(1,)])
    register.warn("K2", "housing_grade", "D", "w6")
    equal("a graver one comes back, as a new case", register.case("K2"), ("lead", "2020-10-21", "take_up", 0))
    equal("what was dismissed is forgotten", register.ask("SELECT code FROM case_dismissal"), [])
    equal("it is open again", register.open_cases(), 2)


def appealed(register):
    register.warn("K2", "housing_grade", "A", "w7")
    assert register.step("K2", "take_up", "ann").code == 0
    register.visit("K2", "It was mended.")
    assert register.step("K2", "dismiss", "tom", "--reason", "It was mended.").code == 0
    taken = register.run("grievance", "take", "--kind", "appeal", "--about", "decision", "--household", "K2",
                         "--details", "The wall is still cracked.", user="ann")
    equal("the household appeals", taken.out, "grievance 1\n")
    refused("whoever decided as judge", register.run("grievance", "assign", "1", "tom", user="cleo"),
            'step "dismiss" of the case')
    equal("somebody from outside judges", register.run("grievance", "assign", "1", "tim", user="cleo").code, 0)
    equal("and upholds it", register.run("grievance", "resolve", "1", "--outcome", "upheld", "--answer",
                                         "We look at the wall again.", "--remedy", "reopen", user="tim").code, 0)
    equal("the case is taken up again with the answer", register.case("K2")[0], "verification")
    again = register.run("grievance", "take", "--about", "other", "--household", "K3", "--details", "Nobody came.",
                         user="lou")
    equal("one about a household without a case", again.out, "grievance 2\n")
    register.run("grievance", "assign", "2", "cleo", user="cleo")
    refused("nothing to reopen", register.run("grievance", "resolve", "2", "--outcome", "upheld", "--answer", "x",
                                              "--remedy", "reopen", user="cleo"), "no case that could be taken up")
    equal("but somebody is to look", register.run("grievance", "resolve", "2", "--outcome", "upheld", "--answer",
                                                  "A worker will come.", "--remedy", "lead", user="cleo").code, 0)
    equal("by a lead", register.leads("K3"), [("grievance", "other", 3)])


def moving(register):
    equal("who moves away", register.step("K1", "move_away", "tom", "--reason", "To the coast.").code, 0)
    equal("ends the case", register.case("K1")[0], "moved")
    equal("nothing of it is dismissed", register.ask("SELECT count(*) FROM case_dismissal d JOIN household h ON "
                                                     "h.household_id = d.household_id WHERE h.code = 'K1'"), [(0,)])
    equal("the household moves", register.run("change", "household", "K2", "area=2").code, 0)
    equal("and its case with it", register.ask("SELECT a.name FROM household_case c JOIN area a ON a.area_id = c.area_id "
                                               "JOIN household h ON h.household_id = c.household_id WHERE h.code = 'K2' "
                                               "AND c.ended_on IS NULL"), [("Lake village",)])
    refused("whoever worked with it", register.step("K2", "confirm", "ann"), "no household")


with folder() as here:
    register = Register(here)
    register.load()
    leads(register)
    identified(register)
    dismissed(register)
    appealed(register)
    moving(register)
    equal("every step is in the journal", register.ask("SELECT count(*) FROM journal WHERE action = 'case_step' OR "
                                                       "(action = 'grievance_resolve' AND journal_id IN (SELECT "
                                                       "min(journal_id) FROM journal WHERE action = 'grievance_resolve'))"),
          register.ask("SELECT count(*) FROM case_step"))
    equal("the register is sound", berm("doctor", "--store", register.url).code, 0)
    equal("the journal verifies", berm("journal", "verify", "--store", register.url).code, 0)
finish()
