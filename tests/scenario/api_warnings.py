#!/usr/bin/env python3
"""Warnings through the API: the finding is there with the answer, many lines, who learns what."""
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

WARNINGS = """code,sets,flow_source,label_en,source
roof,roof = value,,State of the roof,made up
school,at_school = false,,Child not at school,made up
wage,wage = amount,employer,Wage paid,made up
rumour,,,Something was heard,made up
"""
MANY = 1500
HOUSEHOLDS = "code,area,roof,rooms\nA,X1,sound,3\nB,X1,sound,2\nC,X2,sound,1\n" + "".join(
    f"M{i},X1,sound,2\n" for i in range(MANY))
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
A-2,A,Ben Hill,male,2011-05-05,child,yes,2011-05-05
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 1000) + wages("B", 1000) + wages("C", 1000)
READER = ("warning_send", "warning_read", "household_read", "household_explain", "household_write",
          "fields_internal", "fields_personal", "fields_sensitive")
NDJSON = "application/x-ndjson"


def warning(reference, kind, **members):
    return {"source": "office", "reference": reference, "kind": kind, "month": "2020-09", **members}


def send_lines(client, lines, **more):
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = client.post("/v1/warnings/bulk", body, content_type=NDJSON, **more)
    return answer, [json.loads(line) for line in answer.text.splitlines()] if answer.status == 200 else []


def one(officer):
    """What befalls a household is known to the register when the sender has its answer."""
    answer = officer.post("/v1/warnings", warning("w1", "school", person="A-2"))
    equal("a warning opens its finding at once",
          (answer.status, answer.json["state"], answer.json["household"], answer.json["person"],
           [(f["code"], f["severity"]) for f in answer.json["findings"]]),
          (200, "matched", "A", "A-2", [("school", "high")]))
    story = officer.get("/v1/households/A/explanation").json
    contains("and its reasons can be read", json.dumps(story["findings"]), '"school"')
    again = officer.post("/v1/warnings", warning("w1", "school", person="A-2"))
    equal("a second delivery is answered as the first", {**again.json, "repeated": False}, answer.json)
    equal("and says that it is one", again.json["repeated"], True)
    other = officer.post("/v1/warnings", warning("w1", "school", person="A-1"))
    equal("a reference is not used twice", other.status, 409)
    shown = officer.get(f"/v1/warnings/{answer.json['warning']}").json
    equal("it is on record with what was sent",
          (shown["state"], shown["sent"]["person"], [f["code"] for f in shown["findings"]]),
          ("matched", "A-2", ["school"]))


def faults(officer):
    answer = officer.post("/v1/warnings", warning("e1", "roof", household="A", value="gone"))
    equal("a fault is told with its place", (answer.status, [(e["pointer"], e["code"]) for e in
                                                             answer.json["errors"]]), (422, [("/value", "invalid")]))
    answer = officer.post("/v1/warnings", {**warning("e2", "rumour", household="A"), "amuont": 3})
    contains("a member that is not known gets a suggestion", answer.json["detail"], '"amount"')
    equal("a list must come as one", officer.post("/v1/warnings/bulk", "{}").status, 415)
    equal("a state that is none", officer.get("/v1/warnings?state=open").status, 400)


def many_lines(officer):
    answer, lines = send_lines(officer, [
        "{", "", warning("l1", "roof", household="B", value="leaks"), warning("l2", "roofs", household="A"),
        "[1]", warning("l3", "rumour", name="Nobody", birth_date="1999-01-01"), warning("l1", "roof", household="A"),
        warning("w1", "school", person="A-2"), warning("l4", "rumour", household="A", area="X9")])
    equal("each line has its own outcome", [(line["line"], line["outcome"]) for line in lines],
          [(1, "refused"), (3, "taken"), (4, "refused"), (5, "refused"), (6, "taken"), (7, "refused"),
           (8, "taken"), (9, "refused")])
    equal("the answer is lines", answer.headers["Content-Type"], NDJSON)
    equal("a taken one is answered as by itself",
          (lines[1]["state"], [f["code"] for f in lines[1]["findings"]], lines[6]["repeated"]),
          ("matched", ["house_unsafe"], True))
    equal("a refused one names its member", (lines[2]["field"], lines[2]["code"], lines[5]["code"], lines[7]["code"]),
          ("kind", "invalid_input", "invalid_input", "not_found"))
    equal("nothing is answered by nothing", send_lines(officer, [])[0].text, "")


def deciding(officer):
    listed = officer.get("/v1/warnings?state=unmatched").json["items"]
    equal("what matches nobody waits", [row["reference"] for row in listed], ["l3"])
    path = f"/v1/warnings/{listed[0]['warning']}"
    equal("one of the two is named", officer.post(path + "/resolve", {"person": "A-1", "household": "A"}).status, 422)
    equal("who is not there cannot be meant", officer.post(path + "/resolve", {"person": "Z-1"}).status, 404)
    answer = officer.post(path + "/resolve", {"household": "B"})
    equal("it is resolved", (answer.status, answer.json["state"], answer.json["household"]), (200, "matched", "B"))
    equal("once", officer.post(path + "/dismiss", {"reason": "too late"}).status, 409)
    other = officer.post("/v1/warnings", warning("d1", "rumour", household="Z9")).json["warning"]
    equal("a reason is wanted", officer.post(f"/v1/warnings/{other}/dismiss", {}).status, 422)
    equal("or dismissed", officer.post(f"/v1/warnings/{other}/dismiss", {"reason": "no such house"}).status, 204)
    shown = officer.get(f"/v1/warnings/{other}").json
    equal("with the reason on record", (shown["state"], shown["reason"]), ("dismissed", "no such house"))
    page = officer.get("/v1/warnings?limit=2").json
    rest = officer.get(f"/v1/warnings?limit=200&cursor={page['next']}").json
    numbers = [row["warning"] for row in page["items"] + rest["items"]]
    equal("the list comes in pages, newest first", (len(page["items"]), numbers, rest["next"]),
          (2, sorted(numbers, reverse=True), None))


def who_learns_what(officer, sender, near, far):
    answers = [sender.post("/v1/warnings", body) for body in (
        warning("s1", "rumour", household="A"), warning("s2", "rumour", household="Z9"),
        warning("s3", "rumour", household="C"))]
    equal("who only sends is told that it was taken", [answer.status for answer in answers], [200] * 3)
    told = [{**answer.json, "warning": 0} for answer in answers]
    equal("and nothing of who is in the register", told, [
        {"warning": 0, "repeated": False, "state": None, "household": None, "person": None, "findings": None}] * 3)
    _, lines = send_lines(sender, [warning("s4", "rumour", household="A"), warning("s5", "rumour", household="Z9")])
    equal("nor line by line", [{**line, "warning": 0, "line": 0} for line in lines],
          [{"line": 0, "outcome": "taken", **told[0]}] * 2)
    number = answers[0].json["warning"]
    equal("nor may read it later", [sender.get(path).status for path in
                                    ("/v1/warnings", f"/v1/warnings/{number}")], [403, 403])
    there = far.get(f"/v1/warnings/{number}")
    nowhere = far.get("/v1/warnings/99999")
    equal("a neighbour's warning is as unknown as none", (there.status, there.json["detail"].replace(
        str(number), "99999")), (nowhere.status, nowhere.json["detail"]))
    equal("and not in the list", far.get("/v1/warnings").json, {"items": [], "next": None})
    equal("nor by its area", far.get("/v1/warnings?area=X1").status, 404)
    equal("nor can it be decided", far.post(f"/v1/warnings/{number}/dismiss", {"reason": "mine"}).status, 404)
    answer = near.post("/v1/warnings", warning("n1", "roof", household="C", value="leaks"))
    equal("a warning reaches the sender's own area only", answer.json["state"], None)
    equal("so the neighbour's house is as it was", officer.get("/v1/households/C").json["values"]["roof"], "sound")


def long_delivery(officer, clerk):
    """While a long one is taken, an officer's own change does not wait for its end."""
    body = [warning(f"m{i}", "roof", household=f"M{i}", value="leaks") for i in range(MANY)]
    body[700] = "broken"
    done = {}

    def deliver():
        started = time.monotonic()
        done["lines"] = send_lines(officer, body)[1]
        done["seconds"] = time.monotonic() - started

    thread = threading.Thread(target=deliver)
    thread.start()
    waits = []
    while thread.is_alive():
        started = time.monotonic()
        answer = clerk.patch("/v1/households/B", {"values": {"rooms": len(waits) % 50}}, headers={"If-Match": "*"})
        waits.append(time.monotonic() - started)
        if answer.status != 200:
            check("others write meanwhile", False, answer.text)
    thread.join()
    lines = done["lines"]
    equal("every line is answered, in order", [line["line"] for line in lines], list(range(1, MANY + 1)))
    equal("and taken but for the broken one", [line["line"] for line in lines if line["outcome"] != "taken"], [701])
    check("others write in between", len(waits) > 3 and sorted(waits)[len(waits) // 2] < done["seconds"] / 3,
          (len(waits), max(waits), done["seconds"]))
    print(f"# {MANY} lines in {done['seconds']:.2f} s; {len(waits)} changes meanwhile, "
          f"the longest {max(waits):.3f} s", flush=True)
    again = send_lines(officer, body)[1]
    equal("sent again, nothing is done again", sum(line.get("repeated", False) for line in again), MANY - 1)


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, make_pack(here / "pack", **{"warnings.csv": WARNINGS}))
    equal("a month is screened", berm("screen", "--month", "2020-09", "--store", url).code, 0)
    make_account(url, "officer", ("county", None))
    make_account(url, "near", ("county", "X1"))
    make_account(url, "far", ("county", "X2"))
    with served(store=url) as server:
        officer, near, far, sender = (Client(server, make_token(url, name, *scopes)) for name, scopes in (
            ("officer", READER), ("near", READER), ("far", READER), ("near", ("warning_send",))))
        one(officer)
        faults(officer)
        many_lines(officer)
        deciding(officer)
        who_learns_what(officer, sender, near, far)
        long_delivery(officer, Client(server, officer.token))
    equal("the register is sound", berm("doctor", "--store", url).code, 0)
    equal("the journal verifies", berm("journal", "verify", "--store", url).code, 0)
finish()
