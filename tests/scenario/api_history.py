#!/usr/bin/env python3
"""A household's past through the API: its changes in pages, findings, flows, and one person."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, equal, finish, folder  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
A-2,A,Ben Hill,male,2011-05-05,child,yes,2011-05-05
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
C-2,C,Dora Dale,female,2012-01-01,child,yes,2012-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 300) + wages("C", 100)
FIELDS = ("fields_internal", "fields_personal", "fields_sensitive")
CLASSES = PACK["dictionary.csv"].replace("label_en,", "class,label_en,", 1).replace(
    "Roof,屋顶", "public,Roof,屋顶").replace("Rooms,房间", "internal,Rooms,房间").replace(
    "At school,在校", "sensitive,At school,在校").replace("Wage,工资", "sensitive,Wage,工资")
ANY = {"If-Match": "*"}


def rows(page):
    return [(row["of"], row["subject"], row["added"], row["fields"]) for change in page["items"]
            for row in change["rows"]]


def make_changes(chief):
    """From the newest on, what each of them is told as."""
    told = []

    def done(answer, *row):
        assert answer.status in (200, 201), answer
        told.insert(0, row)

    done(chief.patch("/v1/households/A", {"values": {"roof": "sound"}}, headers=ANY),
         "household", "", False, {"roof": ["leaks", "sound"]})
    done(chief.patch("/v1/persons/A-2", {"name": "Benno Hill", "values": {"at_school": False}}, headers=ANY),
         "person", "A-2", False, {"name": ["Ben Hill", "Benno Hill"], "at_school": [True, False]})
    done(chief.post("/v1/households/A/flows", {"flows": [{"month": "2020-09", "flow": "wage", "amount": 7}]}),
         "flow", "2020-09 wage visit", True, {"amount": [None, "7.00"]})
    done(chief.post("/v1/persons/C-2/move", {"household": "A", "from_date": "2020-09-01"}, headers=ANY),
         "person", "C-2", False, {"household": ["C", "A"], "from_date": ["2012-01-01", "2020-09-01"],
                                  "relation": ["child", None]})
    done(chief.post("/v1/persons/A-1/end", {"to_date": "2020-09-10", "end_reason": "died"}, headers=ANY),
         "person", "A-1", False, {"to_date": [None, "2020-09-10"], "end_reason": [None, "died"]})
    return told


def history(chief, made):
    page = chief.get("/v1/households/A/history").json
    equal("every change is told, newest first, with before and after", rows(page)[:len(made)], made)
    equal("and what was there from the beginning as added",
          {(of, added) for of, _, added, _ in rows(page)[len(made):]},
          {("household", True), ("membership", True), ("flow", True)})
    check("each with who and when", all(change["at"].endswith("Z") and change["actor"] for change in page["items"]))
    numbers = [change["change"] for change in page["items"]]
    equal("in order", numbers, sorted(numbers, reverse=True))
    pages, before = [], ""
    while before is not None:
        part = chief.get(f"/v1/households/A/history?limit=2{before}").json
        pages += part["items"]
        before = f"&before={part['next']}" if part["next"] else None
    equal("pages make up the whole", pages, page["items"])
    check("the household itself is read without it", "changes" not in chief.get("/v1/households/A").json)
    equal("a limit has its bounds", chief.get("/v1/households/A/history?limit=0").status, 400)


def classes(officer, viewer):
    told = rows(viewer.get("/v1/households/A/history").json)
    fields = {key: value for of, subject, _, values in told for key, value in values.items()
              if (of, subject) in (("person", "A-2"), ("household", ""))}
    equal("fields above one's class are hidden, as in the household",
          fields, {"roof": ["leaks", "sound"], "name": "(hidden)", "at_school": "(hidden)"})
    equal("flows above it are not told", [row for row in told if row[0] == "flow"], [])
    told = {subject: values for of, subject, _, values in rows(officer.get("/v1/households/A/history").json)
            if of == "person"}
    equal("a neighbour's household is not named", told["C-2"]["household"], ["(hidden)", "A"])


def neighbours(officer, far, chief):
    for path in ("/history", "/findings", "/flows"):
        there, nowhere = far.get("/v1/households/A" + path), far.get("/v1/households/Q" + path)
        equal(f"a neighbour's {path[1:]} is as unknown as none's",
              (there.status, there.json["detail"].replace(" A;", " Q;")), (nowhere.status, nowhere.json["detail"]))
    there, nowhere = far.get("/v1/persons/A-2"), far.get("/v1/persons/Q-2")
    equal("so is a neighbour's person", (there.status, there.json["detail"].replace("A-2", "Q-2")),
          (nowhere.status, nowhere.json["detail"]))
    told = rows(far.get("/v1/households/C/history").json)
    equal("of who moved away nothing is told", [row for row in told if row[1] == "C-2"], [])
    version = chief.get("/v1/households/C").json["version"]
    chief.patch("/v1/persons/C-2", {"name": "Dora Hill"}, headers=ANY)
    equal("nor that they change there", (rows(far.get("/v1/households/C/history").json),
                                         chief.get("/v1/households/C").json["version"]), (told, version))


def findings_and_flows(officer):
    spells = officer.get("/v1/households/A/findings").json["items"]
    equal("findings come from when to when", [(s["code"], s["since"], s["until"]) for s in spells],
          [("income_low", "2020-09", None), ("house_unsafe", "2020-09", "2020-09"), ("school", "2020-09", None)])
    check("with their reasons", all("rules" in spell["evidence"] for spell in spells), spells)
    months = [row["month"] for row in officer.get("/v1/households/A/flows?from=2020-07&to=2020-08").json["items"]]
    equal("flows by month", months, ["2020-07", "2020-08"])
    equal("all of them", len(officer.get("/v1/households/A/flows").json["items"]), 13)
    equal("a month is one", officer.get("/v1/households/A/flows?from=spring").status, 400)


def person(officer, viewer):
    answer = officer.get("/v1/persons/C-2")
    equal("a person with the memberships that one may see",
          (answer.json["name"], answer.json["household"], [(m["household"], m["from_date"], m["to_date"])
                                                           for m in answer.json["memberships"]]),
          ("Dora Dale", "A", [("A", "2020-09-01", None)]))
    tag = {"If-Match": answer.headers["ETag"]}
    equal("its tag serves a change", officer.patch("/v1/persons/C-2", {"sex": "female"}, headers=tag).status, 200)
    hidden = viewer.get("/v1/persons/C-2").json
    equal("masked as a member is", (hidden["name"], hidden["values"]["at_school"], "at_school" in hidden["hidden"]),
          ("(hidden)", None, True))
    equal("who has died is found where they lived", officer.get("/v1/persons/A-1").json["household"], "A")


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, make_pack(here / "pack", **{"dictionary.csv": CLASSES}))
    equal("a month is screened", berm("screen", "--month", "2020-09", "--store", url).code, 0)
    make_account(url, "chief", ("county", None))
    make_account(url, "officer", ("county", "X1"))
    make_account(url, "viewer", ("viewer", "X1"))
    make_account(url, "far", ("county", "X2"))
    with served(store=url) as server:
        chief, officer, far = (Client(server, make_token(url, name, "household_read", "household_write",
                                                         "finding_list", *FIELDS))
                               for name in ("chief", "officer", "far"))
        viewer = Client(server, make_token(url, "viewer", "household_read", "fields_internal"))
        history(chief, make_changes(chief))
        classes(officer, viewer)
        findings_and_flows(officer)
        person(officer, viewer)
        neighbours(officer, far, chief)
    equal("the journal verifies", berm("journal", "verify", "--store", url).code, 0)
finish()
