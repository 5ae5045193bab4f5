#!/usr/bin/env python3
"""Visits: planned, the form, what was found, somebody else's change meanwhile, applied, refused; and after kill -9."""
import pathlib
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import pictures  # noqa: E402
from postgres import ask, store_url  # noqa: E402
from registers import make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402
from server import PASSWORD, Client, Server, make_account, served  # noqa: E402

DICTIONARY = """name,entity,type,class,unit,constraint,required,empty,combine,group,label_en,label_zh,hint_en,hint_zh,source
roof,household,select_one roof,,,,,,,house,Roof,屋顶,Look from outside,从外面看,made up
rooms,household,integer,,,[0..50],,,,house,Rooms,房间,,,made up
loan,household,integer,sensitive,,,,,,money,Loan,贷款,,,made up
at_school,person,boolean,personal,,,,,,school,At school,在校,,,made up
wage,flow,money,,XTS,>= 0,,,,money,Wage,工资,,,made up
"""
HOUSEHOLDS = "code,area,roof,rooms,loan\nA,X1,leaks,3,7700\nB,X1,leaks,2,\nN,X2,sound,4,\n" + "".join(
    f"K{number},X1,leaks,1,\n" for number in range(6))
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
A-2,A,Cleo Hill,female,2010-05-01,child,no,2010-05-01
N-1,N,Zoe Vale,female,1980-05-01,head,,2010-01-01
"""


def found(answer):
    """What a visit found, by name: (before, found, now, state, conflict)."""
    return {(row["person"] or row["month"] or "", row["name"]):
            (row["before"], row["found"], row["now"], row["state"], row["conflict"]) for row in answer.json["found"]}


def plan(client, household="A", **more):
    answer = client.post(f"/v1/households/{household}/visits", {"purpose": "follow_up", **more})
    equal(f"a visit to {household} is planned", answer.status, 201)
    equal("its place is told", answer.headers["Location"], f"/v1/visits/{answer.json['visit']}")
    return answer.json["visit"]


def record(client, visit, *rows, day="2020-10-02", **more):
    return client.post(f"/v1/visits/{visit}/record", {
        "visited_on": day, "summary": "The roof was mended.", "found": list(rows), **more})


def planning(worker, viewer, neighbour):
    visit = plan(worker, due_on="2020-10-05", worker="worker", groups=" house, school ", note="Look at the roof")
    shown = worker.get(f"/v1/visits/{visit}").json
    equal("it is as it was planned", [shown[key] for key in ("household", "state", "due_on", "worker", "groups", "note", "planned_by")],
          ["A", "planned", "2020-10-05", "worker", "house,school", "Look at the roof", "worker"])
    for wrong, words in (({"groups": "roofs"}, "no group"), ({"worker": "nobody"}, "nobody with the account"),
                         ({"due_on": "2020-13-01"}, "2020-13-01")):
        answer = worker.post("/v1/households/A/visits", {"purpose": "shock", **wrong})
        check(f"{wrong} is refused", answer.status in (400, 422) and words in answer.text, (answer.status, answer.text))
    equal("a purpose that there is none of is told with its place",
          worker.post("/v1/households/A/visits", {"purpose": "tea"}).json["errors"][0]["pointer"], "/purpose")
    for what in ("", "/form"):
        theirs, nobodys = (neighbour.get(f"/v1/visits/{number}{what}") for number in (visit, 999999))
        equal(f"to others a visit{what} is what never was", (theirs.status, theirs.json["detail"].replace(f" {visit};", " #;")),
              (404, nobodys.json["detail"].replace(" 999999;", " #;")))
    equal("who may only read plans nothing", viewer.post("/v1/households/A/visits", {"purpose": "shock"}).status, 403)
    hidden = viewer.get(f"/v1/visits/{visit}").json
    equal("nor are a visit's words theirs", hidden["note"], "(hidden)")
    return visit


def asking(worker, viewer, visit):
    form = worker.get(f"/v1/visits/{visit}/form").json
    equal("the form asks for the groups that were named", {kind: [question["name"] for question in questions] for kind, questions
                                                           in form["questions"].items()},
          {"household": ["roof", "rooms"], "person": ["at_school"], "flow": []})
    roof = form["questions"]["household"][0]
    equal("in both languages, with hints and choices",
          (roof["label_en"], roof["label_zh"], roof["hint_en"], roof["hint_zh"], [choice["label_zh"] for choice in roof["choices"]]),
          ("Roof", "屋顶", "Look from outside", "从外面看", ["完好", "漏雨", "无"]))
    equal("and its constraint", form["questions"]["household"][1]["constraint"], "[0..50]")
    equal("what is known stands in it", (form["values"], [(member["code"], member["name"], member["values"]) for member in form["members"]]),
          ({"roof": "leaks", "rooms": 3}, [("A-1", "Anna Hill", {"at_school": None}), ("A-2", "Cleo Hill", {"at_school": False})]))
    masked = viewer.get(f"/v1/visits/{visit}/form").json
    equal("what may not be seen is not asked", (masked["questions"]["person"], [member["name"] for member in masked["members"]]),
          ([], ["(hidden)", "(hidden)"]))
    everything = plan(worker)
    names = worker.get(f"/v1/visits/{everything}/form").json["questions"]["household"]
    equal("without groups everything is asked", [question["name"] for question in names], ["roof", "rooms", "loan"])
    answer = worker.post(f"/v1/visits/{everything}/cancel", {"reason": "The road is under water."})
    equal("a visit is called off", (answer.status, worker.get(f"/v1/visits/{everything}").json["state"]), (204, "cancelled"))
    equal("and is not made any more", record(worker, everything).status, 409)


def recording(worker, viewer, visit):
    answer = record(worker, visit, {"name": "rooms", "value": 99}, {"name": "roofs", "value": "sound"},
                    {"person": "N-1", "name": "at_school", "value": True}, {"name": "roof", "value": "sound"},
                    {"name": "roof", "value": "leaks"}, {"month": "2999-01", "name": "wage", "value": "1"}, day="2999-01-01")
    equal("all that is wrong is told at once, with its place", (answer.status, {error["pointer"]: error["code"] for error in answer.json["errors"]}),
          (422, {"/visited_on": "invalid", "/found/0/value": "invalid", "/found/1/name": "unknown", "/found/2/person": "refused",
                 "/found/4/name": "repeated", "/found/5/month": "invalid"}))
    equal("who may only read records nothing", record(viewer, visit).status, 403)
    before = worker.get("/v1/households/A").json
    answer = record(worker, visit, {"name": "roof", "value": "sound"}, {"name": "rooms", "value": 4, "before": 3},
                    {"name": "loan", "value": 7700}, {"person": "A-2", "name": "at_school", "value": True},
                    {"month": "2020-09", "name": "wage", "value": "812.50"})
    equal("a visit is recorded", (answer.status, answer.json["state"], answer.json["worker"], answer.json["undecided"]),
          (200, "done", "worker", 4))
    equal("what was found stands beside what was known", found(answer), {
        ("", "roof"): ("leaks", "sound", "leaks", "proposed", False), ("", "rooms"): ("3", "4", "3", "proposed", False),
        ("", "loan"): ("7700", "7700", "7700", "confirmed", False),
        ("A-2", "at_school"): ("no", "yes", "no", "proposed", False), ("2020-09", "wage"): (None, "812.50", None, "proposed", False)})
    after = worker.get("/v1/households/A").json
    equal("no fact changed by it", (after["version"], after["values"]), (before["version"], before["values"]))
    equal("it is recorded once", record(worker, visit).status, 409)
    seen = found(viewer.get(f"/v1/visits/{visit}"))
    equal("what may not be seen is hidden", (seen["", "loan"][:3], seen["A-2", "at_school"][:3], seen["", "roof"][:3]),
          (("(hidden)",) * 3, ("(hidden)",) * 3, ("leaks", "sound", "leaks")))


def deciding(worker, officer, viewer, visit, url):
    """Somebody else changes the very fact meanwhile: base, mine and theirs are shown, and nobody overwrites unseen."""
    tag = officer.get("/v1/households/A").headers["ETag"]
    equal("somebody else changes a fact", officer.patch("/v1/households/A", {"values": {"rooms": 5}}, headers={"If-Match": tag}).status, 200)
    shown = worker.get(f"/v1/visits/{visit}")
    equal("base, mine and theirs are told", found(shown)["", "rooms"], ("3", "4", "5", "proposed", True))
    numbers = {row["name"]: row["number"] for row in shown.json["found"]}
    path = f"/v1/visits/{visit}/apply"
    equal("a version is wanted", worker.post(path, {}).status, 428)
    equal("who may only read applies nothing", viewer.post(path, {}, headers={"If-Match": "*"}).status, 403)
    equal("a conflict is not applied unseen", worker.post(path, {}, headers={"If-Match": "*"}).status, 409)
    equal("and nothing with it", worker.get("/v1/households/A").json["values"]["roof"], "leaks")
    answer = worker.post(path, {"numbers": [numbers["roof"], numbers["at_school"], numbers["wage"]]}, headers={"If-Match": "*"})
    equal("the others are, in one change, and screened", (answer.status, answer.json["changed"], answer.json["findings_closed"]), (200, True, 2))
    now = worker.get("/v1/households/A").json
    equal("they are facts now", (now["values"]["roof"], now["members"][1]["values"]["at_school"], now["flows"][-1]),
          ("sound", True, {"month": "2020-09", "flow": "wage", "source": "visit", "amount": "812.50"}))
    over = {"numbers": [numbers["rooms"]], "over_conflicts": True}
    equal("over a conflict only at the version that was seen", worker.post(path, over, headers={"If-Match": shown.headers["ETag"]}).status, 412)
    equal("not at any", worker.post(path, over, headers={"If-Match": "*"}).status, 422)
    fresh = worker.get(f"/v1/visits/{visit}")
    equal("the others are applied now", {state for _, _, _, state, _ in found(fresh).values()}, {"applied", "confirmed", "proposed"})
    equal("and so it is applied", worker.post(path, over, headers={"If-Match": fresh.headers["ETag"]}).status, 200)
    equal("it is a fact", worker.get("/v1/households/A").json["values"]["rooms"], 4)
    equal("once", worker.post(path, over, headers={"If-Match": "*"}).status, 409)
    row, = [row for row in worker.get(f"/v1/visits/{visit}").json["found"] if row["name"] == "rooms"]
    equal("who decided is told", (row["state"], row["decided_by"]), ("applied", "worker"))
    entries = [entry for entry, in ask(url, "SELECT action FROM journal WHERE subject = 'A' AND action LIKE '%visit%' ORDER BY journal_id")]
    equal("each act is in the journal", entries, ["plan_visit", "plan_visit", "cancel_visit", "record_visit", "apply_visit", "apply_visit"])
    history = [row["of"] for change in worker.get("/v1/households/A/history").json["items"] for row in change["rows"]]
    equal("the household's history tells them", history.count("visit"), 6)


def refusing(worker, officer, neighbour):
    visit = plan(worker, "B")
    record(worker, visit, {"name": "roof", "value": "none"}, {"name": "rooms", "value": None})
    numbers = [row["number"] for row in worker.get(f"/v1/visits/{visit}").json["found"]]
    refuse = f"/v1/visits/{visit}/refuse"
    equal("a reason is wanted", officer.post(refuse, {"numbers": numbers[:1]}).status, 422)
    equal("others refuse nothing", neighbour.post(refuse, {"reason": "so"}).status, 404)
    equal("what was found is refused", officer.post(refuse, {"numbers": numbers[:1], "reason": "Seen by us yesterday."}).status, 204)
    row = worker.get(f"/v1/visits/{visit}").json["found"][0]
    equal("it stays on record", (row["state"], row["found"], row["decided_by"], row["reason"]), ("refused", "none", "officer", "Seen by us yesterday."))
    equal("the fact stays", worker.get("/v1/households/B").json["values"]["roof"], "leaks")
    equal("the rest is applied without naming it", officer.post(f"/v1/visits/{visit}/apply", {}, headers={"If-Match": "*"}).status, 200)
    equal("a value may become unknown", worker.get("/v1/households/B").json["values"]["rooms"], None)
    equal("then nothing is left", officer.post(f"/v1/visits/{visit}/apply", {}, headers={"If-Match": "*"}).status, 409)
    moved = plan(worker, "A")
    record(worker, moved, {"person": "A-2", "name": "at_school", "value": False})
    tag = officer.get("/v1/persons/A-2").headers["ETag"]
    equal("a member leaves", officer.post("/v1/persons/A-2/end", {"to_date": "2020-10-01", "end_reason": "left"}, headers={"If-Match": tag}).status, 200)
    answer = officer.post(f"/v1/visits/{moved}/apply", {}, headers={"If-Match": "*"})
    equal("what was found of them is not applied", (answer.status, "left the household" in answer.text or answer.text), (409, True))


def listing(worker, neighbour):
    page = worker.get("/v1/visits?limit=2").json
    rest = worker.get(f"/v1/visits?limit=200&cursor={page['next']}").json
    numbers = [row["visit"] for row in page["items"] + rest["items"]]
    equal("visits are listed newest first, page by page", (numbers, rest["next"]), (sorted(numbers, reverse=True), None))
    plan(worker, "B", due_on="2020-11-03", worker="worker")
    plan(worker, "B", due_on="2020-11-09")
    equal("those that are due by a day", [row["due_on"] for row in worker.get("/v1/visits?due_by=2020-11-05").json["items"]], ["2020-11-03"])
    equal("one's own", {row["worker"] for row in worker.get("/v1/visits?worker=worker&state=planned").json["items"]}, {"worker"})
    equal("a household's", {row["household"] for row in worker.get("/v1/households/B/visits").json["items"]}, {"B"})
    equal("none of elsewhere", neighbour.get("/v1/visits").json["items"], [])


def killed(url, key):
    """An answer that came holds after kill -9; what was cut off is whole or not there."""
    server = Server(store=url, env={"BERM_KEY_FILE": str(key)})
    worker = Client(server)
    worker.log_in("worker", PASSWORD)
    visits = [plan(worker, f"K{number}") for number in range(6)]
    for visit in visits:
        equal("it is recorded", record(worker, visit, {"name": "roof", "value": "sound"}, {"name": "rooms", "value": 2}).status, 200)
    told = {}

    def apply(number, visit):
        client = Client(server)
        client.cookie, client.csrf = worker.cookie, worker.csrf
        try:
            told[number] = client.post(f"/v1/visits/{visit}/apply", {}, headers={"If-Match": "*"}).status
        except OSError:
            pass

    threads = [threading.Thread(target=apply, args=pair) for pair in enumerate(visits)]
    for thread in threads:
        thread.start()
    while not told and any(thread.is_alive() for thread in threads):
        time.sleep(0.001)
    server.process.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join()
    server.end()
    with served(store=url, env={"BERM_KEY_FILE": str(key)}) as again:
        client = Client(again)
        client.log_in("worker", PASSWORD)
        for number, visit in enumerate(visits):
            states = {state for _, _, _, state, _ in found(client.get(f"/v1/visits/{visit}")).values()}
            values = client.get(f"/v1/households/K{number}").json["values"]
            is_applied = values["roof"] == "sound" and values["rooms"] == 2
            check("after kill -9 it is decided and fact, or neither", states == ({"applied"} if is_applied else {"proposed"})
                  and (is_applied or (values["roof"], values["rooms"]) == ("leaks", 1)), (states, values))
            if told.get(number) == 200:
                check("what was answered is kept", is_applied, values)
    check("somebody was answered before", 200 in told.values(), told)


def of_a_case(here):
    """A visit is due by the clock of the household's case, and is its proof; a signature is another."""
    cases = store_url(here / "cases.berm")
    now = {"BERM_NOW": "2020-10-09T02:00:00.000Z"}

    def call(*words):
        result = berm(*words, "--store", cases, env=now)
        assert result.code == 0, (words, result.text)
        return result

    call("init", "--pack", "rural-cn")
    call("import", "areas", write(here / "cases.csv", "code,name,parent\n1,Hill village,\n"))
    call("add", "household", "code=K", "area=1")
    call("lead", "add", "K", "--note", "The roof fell in")
    due, = ask(cases, "SELECT due_on FROM household_case")[0]
    call("visit", "plan", "K", "--purpose", "verification")
    call("visit", "plan", "K", "--purpose", "follow_up", "--due", "2020-12-01")
    equal("a visit is for the open case and due by its clock, or by the day that was said",
          ask(cases, "SELECT visit_id, case_id, due_on FROM visit ORDER BY visit_id"), [(1, 1, due), (2, 1, "2020-12-01")])
    call("visit", "record", "1", "--on", "2020-10-09", "--summary", "There is no roof")
    (here / "signed.png").write_bytes(pictures.png())
    call("attachment", "add", "K", here / "signed.png", "--kind", "signature", "--visit", "1")
    (here / "roof.png").write_bytes(pictures.png(shade=4))
    call("attachment", "add", "K", here / "roof.png", "--visit", "1")
    equal("the visit and the signature are proofs, the photo is none",
          ask(cases, "SELECT kind, visit_id FROM case_proof ORDER BY proof_number"), [("visit", 1), ("signature", 1)])


with folder() as here:
    of_a_case(here)
    key = here / "berm.key"
    assert berm("key", "create", key).code == 0
    url = make_register(here, HOUSEHOLDS, PERSONS, "household,month,wage\n" + wages("A", 800), make_pack(here / "pack", **{"dictionary.csv": DICTIONARY}))
    assert berm("screen", "--store", url, "--month", "2020-09").code == 0
    for name, role, area in (("worker", "field_worker", "X1"), ("officer", "township", "X1"), ("viewer", "viewer", "X1"), ("neighbour", "county", "X2")):
        make_account(url, name, (role, area))
    with served(store=url, env={"BERM_KEY_FILE": str(key)}) as server:
        clients = {}
        for name in ("worker", "officer", "viewer", "neighbour"):
            clients[name] = Client(server)
            clients[name].log_in(name, PASSWORD)
        first = planning(clients["worker"], clients["viewer"], clients["neighbour"])
        asking(clients["worker"], clients["viewer"], first)
        recording(clients["worker"], clients["viewer"], first)
        deciding(clients["worker"], clients["officer"], clients["viewer"], first, url)
        refusing(clients["worker"], clients["officer"], clients["neighbour"])
        listing(clients["worker"], clients["neighbour"])
    killed(url, key)
    for words in (("journal", "verify"), ("doctor",)):
        result = berm(*words, "--store", url, env={"BERM_KEY_FILE": str(key)})
        check(f"berm {' '.join(words)} finds nothing", result.code == 0, result.text)
    shown = berm("visit", "show", "1", "--store", url, "--as", "viewer")
    contains("the command hides as the API does", shown.out, "loan: (hidden) -> (hidden)")
finish()
