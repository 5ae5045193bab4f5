#!/usr/bin/env python3
"""Warnings of departments: matched, made fact and screened at once; nothing lost, nothing told."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask, store_url, tamper  # noqa: E402
from registers import make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402

ID_NUMBER = "11010119900307803X"  # made up; its check digit is right
WARNINGS = """code,sets,flow_source,label_en,source
roof,roof = value,,State of the roof,made up
school,at_school = false,,Child not at school,made up
wage,wage = amount,employer,Wage paid,made up
rumour,,,Something was heard,made up
"""


class Register:
    def __init__(self, here, **options):
        self.url = store_url(here / "register.berm")
        self.options = ("--store", self.url, *options.get("key", ()))

    def run(self, *arguments, stdin=None):
        return berm(*arguments, *self.options, stdin=stdin)

    def send(self, *warnings, user=None):
        """Answers by line; texts go as they are."""
        lines = [w if isinstance(w, str) else json.dumps(w, ensure_ascii=False) for w in warnings]
        as_user = ("--as", user) if user else ()
        result = self.run("warning", "send", "-", "--format", "ndjson", *as_user,
                          stdin="\n".join(lines) + "\n")
        return [json.loads(line) for line in result.out.splitlines()], result

    def rows(self, command, *options):
        result = berm(*command.split(), *self.options[:2], "--format", "ndjson", *options)
        return [json.loads(line) for line in result.out.splitlines()]

    def ask(self, sql):
        return ask(self.url, sql)


def warning(reference, kind, **members):
    return {"source": "office", "reference": reference, "kind": kind, "month": "2020-09", **members}


def add_user(register, name, role, area):
    assert berm("user", "add", name, *register.options[:2], stdin="correct horse battery\n").code == 0
    assert berm("user", "grant", name, role, *register.options[:2], "--area", area).code == 0


with folder() as here:
    pack = make_pack(here / "pack", **{"warnings.csv": WARNINGS})
    key = here / "key"
    assert berm("key", "create", key).code == 0
    make_register(
        here, "code,area,roof,rooms\nH1,X1,sound,3\nH2,X1,sound,2\nH3,X2,sound,2\n",
        "code,household,name,birth_date,relation,at_school\n"
        "P1,H1,Ann Made-Up,1980-01-01,head,\nP2,H1,Ben Made-Up,2011-05-05,child,yes\n"
        "P3,H2,Cleo Made-Up,1975-02-02,head,\nP4,H2,Dan Same,2010-03-03,child,yes\n"
        "P5,H3,Dan Same,2010-03-03,child,yes\nP6,H3,Eve Made-Up,1970-04-04,head,\n",
        "household,month,wage\n" + wages("H1", 1000) + wages("H2", 1000) + wages("H3", 1000),
        pack=pack)
    register = Register(here, key=("--key", key))
    write(here / "numbers.csv", f"code,household,id_type,id_number\nP6,H3,resident_id,{ID_NUMBER}\n")
    assert register.run("import", "persons", here / "numbers.csv").code == 0

    # ---- before the first month -------------------------------------------------------------
    answers, _ = register.send(warning("w0", "rumour", household="H1", note="before the first month"))
    equal("a warning before the first run is taken", (answers[0]["outcome"], answers[0]["findings"]),
          ("taken", ""))
    assert register.run("screen", "--month", "2020-09").code == 0
    equal("nobody is at risk yet", register.rows("findings"), [])

    # ---- the finding is there when the answer comes -------------------------------------------
    answers, result = register.send(warning("w1", "roof", household="H1", value="leaks"))
    equal("a matched warning opens its finding at once",
          [answers[0][name] for name in ("outcome", "state", "household", "findings")],
          ["taken", "matched", "H1", "house_unsafe medium"])
    equal("the finding is listed", [(row["household"], row["finding"]) for row in register.rows("findings")],
          [("H1", "house_unsafe")])
    shown = json.loads(berm("warning", "show", "2", *register.options[:2], "--format", "json").out)
    equal("what was sent is kept", shown["sent"], {"kind": "roof", "month": "2020-09", "value": "leaks",
                                                   "household": "H1"})
    equal("what it opened is read from the record",
          [(f["code"], f["severity"], f["severity_before"]) for f in shown["findings"]],
          [("house_unsafe", "medium", "")])
    equal("the run of it is no month's run",
          register.ask("SELECT state, count(*) FROM run GROUP BY state ORDER BY state"),
          [("again", 1), ("published", 1)])

    # ---- delivered twice ----------------------------------------------------------------------
    before = register.ask("SELECT count(*) FROM change")
    again, _ = register.send(warning("w1", "roof", household="H1", value="leaks"))
    equal("a second delivery is answered as the first",
          {**again[0], "repeated": False}, answers[0])
    equal("and says that it is one", again[0]["repeated"], True)
    equal("and changes nothing", register.ask("SELECT count(*) FROM change"), before)
    answers, result = register.send(warning("w1", "roof", household="H1", value="none"))
    equal("a reference is not used twice", (answers[0]["outcome"], result.code), ("refused", 3))
    contains("with the remedy", answers[0]["error"], "give this one its own")

    # ---- flows add up -------------------------------------------------------------------------
    register.send(warning("f1", "wage", household="H2", amount="100.50"),
                  warning("f2", "wage", household="H2", amount=20))
    equal("two amounts of one source and month add up",
          register.ask("SELECT e.amount_minor FROM flow_entry e JOIN flow_source s USING (flow_source_id) "
                       "WHERE s.code = 'employer'"), [(12050,)])

    # ---- whom it means ------------------------------------------------------------------------
    answers, _ = register.send(
        warning("m1", "school", person="P2"),
        warning("m2", "rumour", id_type="resident_id", id_number=ID_NUMBER),
        warning("m3", "rumour", name="Cleo Made-Up", birth_date="1975-02-02"),
        warning("m4", "school", name="Dan Same", birth_date="2010-03-03"),
        warning("m5", "school", name="Dan Same", birth_date="2010-03-03", area="X2"),
        warning("m6", "rumour", household="H9"),
        warning("m7", "rumour", household="H2", person="P2"),
        warning("m8", "rumour", person="P3", name="Somebody Else"),
        warning("m9", "school", household="H2", id_type="passport", id_number="E12345678"))
    equal("by code, number, name and birth date; else a person decides",
          [(a["state"], a["household"], a["person"]) for a in answers],
          [("matched", "H1", "P2"), ("matched", "H3", "P6"), ("matched", "H2", "P3"), ("ambiguous", "", ""),
           ("matched", "H3", "P5"), ("unmatched", "", ""), ("ambiguous", "", ""), ("ambiguous", "", ""),
           ("ambiguous", "", "")])
    equal("a child out of school is found", answers[0]["findings"], "school high")
    payloads = " ".join(row[0] for row in register.ask("SELECT payload FROM warning"))
    check("no id number is kept in plain", ID_NUMBER not in payloads and "****803X" in payloads, payloads)
    check("nor in the history",
          ID_NUMBER not in " ".join(row[0] for row in register.ask("SELECT fields FROM change_row")))

    # ---- decided by a person ------------------------------------------------------------------
    number = [str(a["warning"]) for a in answers]
    result = register.run("warning", "resolve", number[3], "--person", "P4")
    contains("an ambiguous one is resolved, and screened at once", result.err, "opened: school high")
    equal("only once", register.run("warning", "resolve", number[3], "--person", "P5").code, 1)
    contains("whom it means must be there",
             register.run("warning", "resolve", number[5], "--household", "H8").err, "household H8")
    contains("a reason is wanted", register.run("warning", "dismiss", number[5]).err, "for a reason")
    equal("or dismissed", register.run("warning", "dismiss", number[5], "--reason", "no such house").code, 0)
    contains("and then no longer decided",
             register.run("warning", "resolve", number[5], "--household", "H2").err, "dismissed already")
    equal("what is open is listed", [str(row["warning"]) for row in
                                     register.rows("warning list", "--state", "ambiguous")],
          [number[8], number[7], number[6]])
    equal("by pages", [str(row["warning"]) for row in
                       register.rows("warning list", "--before", number[1], "--limit", "1")], [number[0]])

    # ---- refused lines hurt no other ----------------------------------------------------------
    answers, result = register.send(
        "{", "[1]", "", '{"sorce": "office"}', warning("e1", "roofs", household="H1"),
        warning("e2", "roof", household="H1"), warning("e3", "roof", household="H1", value="gone"),
        warning("e4", "school"), {**warning("e5", "rumour", household="H1"), "month": "2999-01"},
        warning("e6", "rumour"), warning("e7", "rumour", household="H1", area="Y"),
        warning("e8", "rumour", household="H1", note="x" * 70000),
        warning("e9", "rumour", id_type="resident_id", id_number="110101199003078031"),
        warning("ok", "rumour", household="H1"))
    equal("each line has its own outcome", [a["outcome"] for a in answers], ["refused"] * 12 + ["taken"])
    equal("each names its line", [a["line"] for a in answers], [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    equal("and the member that is wrong", [a["field"] for a in answers],
          ["", "", "", "kind", "value", "value", "", "month", "", "", "", "id_number", ""])
    for at, words in ((0, "line 1"), (1, "a JSON object"), (2, 'did you mean "source"?'),
                      (3, 'did you mean "roof"?'), (4, '"value" is missing'), (5, "gone"),
                      (6, "whom it means"), (7, "future"), (8, "whom it means"), (9, "area"),
                      (10, "65536 bytes")):
        contains(f"the refusal {at} has a remedy", answers[at]["error"], words)
    check("a wrong id number is not repeated", "078031" not in answers[11]["error"], answers[11]["error"])

    # ---- who may ------------------------------------------------------------------------------
    add_user(register, "dept", "administrator", "X1")   # sends, reads nothing
    add_user(register, "near", "county", "X1")
    add_user(register, "far", "county", "X2")
    add_user(register, "boss", "supervisor", "X1")
    answers, _ = register.send(warning("a1", "roof", household="H2", value="leaks"),
                               warning("a2", "roof", household="H3", value="leaks"),
                               warning("a3", "roof", household="H9", value="leaks"), user="dept")
    check("a department is told nothing about the register",
          all((a["state"], a["household"], a["findings"]) == ("", "", "") for a in answers) and
          [a["outcome"] for a in answers] == ["taken"] * 3, answers)
    states = [row["state"] for row in register.rows("warning list", "--limit", "3")][::-1]
    equal("it reaches its own area only", states, ["matched", "unmatched", "unmatched"])
    equal("a list is not for who only sends",
          berm("warning", "list", *register.options[:2], "--as", "dept").code, 1)
    answers, _ = register.send(warning("a4", "rumour", household="H1"), warning("a5", "rumour", household="H3"),
                               warning("a6", "rumour", household="H2", area="X1"), user="near")
    equal("an officer is told of the own area", [a["state"] for a in answers], ["matched", "", "matched"])
    refused, _ = register.send(warning("a7", "rumour", household="H1", area="X2"), user="near")
    unknown, _ = register.send(warning("a8", "rumour", household="H1", area="XX"), user="near")
    equal("a neighbour's area is as unknown as none", refused[0]["error"].replace("X2", "XX"),
          unknown[0]["error"])
    seen = register.rows("warning list", "--as", "far")
    check("a neighbour's list has nothing of ours", seen and all(row["household"] == "H3" for row in seen), seen)
    own = str(register.rows("warning list", "--as", "near")[0]["warning"])
    there = berm("warning", "show", own, *register.options[:2], "--as", "far")
    none = berm("warning", "show", "999", *register.options[:2], "--as", "far")
    equal("what is elsewhere is as unknown as what is not",
          (there.code, there.err.replace(own, "999")), (none.code, none.err))
    there = berm("warning", "dismiss", own, *register.options, "--reason", "x", "--as", "far")
    equal("nor can it be decided there", there.err.replace(own, "999"), none.err)
    looked = json.loads(berm("warning", "show", own, *register.options[:2], "--as", "boss", "--format",
                             "json").out)
    equal("who sees no personal fields is not shown what was sent", looked["sent"], "(hidden)")

    # ---- the record ---------------------------------------------------------------------------
    result = berm("journal", "verify", *register.options)
    equal("the journal verifies", result.code, 0)
    register.ask("SELECT 1")
    tamper(register.url, "UPDATE change_row SET fields = replace(fields, 'leaks', 'sound') WHERE entity = 'warning'")
    equal("what was sent cannot be changed unnoticed", berm("journal", "verify", *register.options).code, 1)

# ---- many lines ---------------------------------------------------------------------------------
with folder() as here:
    pack = make_pack(here / "pack", **{"warnings.csv": WARNINGS})
    count = 3000
    make_register(here, "code,area,roof,rooms\n" + "".join(f"H{i},X1,sound,3\n" for i in range(count)), pack=pack)
    register = Register(here)
    assert register.run("screen", "--month", "2020-09").code == 0
    lines = [warning(f"r{i}", "roof", household=f"H{i}", value="leaks") for i in range(count)]
    lines[1234] = "broken"
    answers, result = register.send(*lines)
    equal("every line is answered in order", [a["line"] for a in answers], list(range(1, count + 1)))
    equal("all but the broken one are taken", sum(a["outcome"] == "taken" for a in answers), count - 1)
    equal("each has its finding", len(register.rows("findings")), count - 1)
    answers, result = register.send(*lines)
    check("a second delivery of all changes nothing",
          sum(a["repeated"] is True for a in answers) == count - 1 and
          len(register.rows("findings")) == count - 1, result.err)
    full = json.loads(register.run("screen", "--month", "2020-09", "--format", "json").out)
    full = full[0] if isinstance(full, list) else full
    equal("a full run finds nothing new", (full["opened"], full["closed"]), (0, 0))

# ---- a serious illness (rural-cn) ---------------------------------------------------------------
with folder() as here:
    url = ("--store", store_url(here / "register.berm"))
    register = Register(here)
    assert berm("init", *url, "--pack", "rural-cn").code == 0
    months = [f"2019-{m:02d}" for m in (10, 11, 12)] + [f"2020-{m:02d}" for m in range(1, 10)]
    for kind, text in (
            ("areas", "code,name,parent\n1,Village,\n"),
            ("households", "code,area,enough_food,enough_clothing,doctor_reachable,housing_grade,water_enough,"
                           "water_quality,water_piped,water_days_percent\nK1,1,yes,yes,yes,A,yes,tested_good,yes,100\n"),
            ("persons", "code,household,name,birth_date,relation,basic_medical_insurance,labour_capacity,working,"
                        "serious_illness\nK1a,K1,Fay Made-Up,1968-01-01,head,yes,ordinary,yes,no\n"
                        "K1b,K1,Gus Made-Up,1966-01-01,spouse,yes,ordinary,yes,no\n"),
            ("flows", "household,month,wage_income,operating_income\n" +
             "".join(f"K1,{month},1000,0\n" for month in months))):
        result = berm("import", *url, kind, write(here / f"{kind}.csv", text))
        assert result.code == 0, result.text
    assert berm("screen", *url, "--month", "2020-09").code == 0
    equal("the couple is not at risk", register.rows("findings"), [])
    answers, _ = register.send(
        {"source": "health", "reference": "bill-1", "kind": "health_bill", "date": "2020-09-18",
         "amount": "14000", "name": "Gus Made-Up", "birth_date": "1966-01-01"},
        {"source": "health", "reference": "diagnosis-1", "kind": "serious_illness", "date": "2020-09-18",
         "person": "K1b"})
    check("the bill is found the same moment", "rigid_expenses" in answers[0]["findings"], answers)
    check("so is the illness", "serious_illness" in answers[1]["findings"], answers)
    contains("and it says why", berm("explain", *url, "K1").out, "Rigid expenses, 12 months: 14,000 CNY")

finish()
