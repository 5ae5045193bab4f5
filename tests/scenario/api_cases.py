#!/usr/bin/env python3
"""Cases through the API: lists, a step for the case that was looked at, what is missing, many at once, the account."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from scenario import check, contains, equal, finish, wait_until  # noqa: E402
from server import Client, served  # noqa: E402


YEAR = months("2019-10", "2020-09")


def client(server, name):
    one = Client(server)
    assert one.log_in(name, "correct horse battery").status == 201
    return one


def step(worker, action, version, **more):
    return worker.post("/v1/cases/H01/steps", {"action": action, **more}, headers={"If-Match": f'"{version}"'})


def one_case(worker, township, neighbour):
    listed = worker.get("/v1/cases?state=lead&limit=200").json["items"]
    equal("the village sees its own leads", len(listed), 5)
    shown = worker.get("/v1/cases/H01")
    equal("a case has its version and what may be done",
          (shown.headers["ETag"].split("-")[0].strip('"'), [o["action"] for o in shown.json["options"]][0], shown.json["leads"][0]["source"]),
          ("0", "take_up", "screening"))
    equal("a step wants the version that was looked at", worker.post("/v1/cases/H01/steps", {"action": "take_up"}).status, 428)
    taken = step(worker, "take_up", 0)
    equal("a step is taken", (taken.status, taken.json["state"], taken.json["steps"]), (200, "verification", 1))
    late = step(worker, "take_up", 0)
    equal("who looked before it is told to look again", (late.status, late.json["current_version"]), (412, 1))
    refused = step(worker, "confirm", 1)
    equal("what is missing is told one by one", (refused.status, [error["code"] for error in refused.json["errors"]]),
          (409, ["visit", "signature"]))
    contains("with what to do about it", refused.json["errors"][1]["detail"], "have it sign")
    chinese = worker.ask("POST", "/v1/cases/H01/steps?lang=zh", {"action": "confirm"}, headers={"If-Match": '"1"'})
    contains("in the reader's language", chinese.json["errors"][1]["detail"], "签字")
    equal("another role's step is refused", step(worker, "dismiss", 1, reason="no").status, 403)
    equal("a neighbour's case is not there", neighbour.get("/v1/cases/H01").status, 404)
    equal("nor can the neighbour work with it", step(neighbour, "confirm", 1).status, 404)
    proven = worker.post("/v1/cases/H01/proofs", {"kind": "signature", "note": "signed at home"})
    equal("a proof is kept", [proof["kind"] for proof in proven.json["proofs"]], ["signature"])
    worker.post("/v1/cases/H01/proofs", {"kind": "objection", "note": "the neighbour objects"})
    settled = worker.post("/v1/cases/H01/proofs/2/settlement", {"settlement": "talked with both"})
    equal("an objection is settled", settled.json["proofs"][1]["settlement"], "talked with both")
    key = {"Idempotency-Key": "lead-1"}
    told = [worker.post("/v1/cases/H01/leads", {"severity": "critical", "note": "no food"}, headers=key) for _ in range(2)]
    equal("a lead joins the open case, sent twice it is one",
          [(one.json["severity"], len([lead for lead in one.json["leads"] if lead["source"] == "worker"])) for one in told],
          [("critical", 1), ("critical", 1)])
    assigned = township.ask("PUT", "/v1/cases/H01/worker", {"worker": "village-1"})
    equal("somebody looks after it", assigned.json["worker"], "village-1")
    equal("and finds it on their list", [row["household"] for row in worker.get("/v1/cases?mine=true").json["items"]], ["H01"])
    equal("the worst comes first", worker.get("/v1/cases?limit=1").json["items"][0]["household"], "H01")


def many(worker, county_officer):
    queued = worker.post("/v1/cases/bulk", {"do": "step", "action": "take_up", "filter": {"state": "lead"}})
    equal("many are queued", queued.status, 202)
    path = f"/v1/jobs/{queued.json['id']}"
    check("the job ends", wait_until(lambda: worker.get(path).json["state"] not in ("queued", "running"), 60))
    equal("with what came of it", worker.get(path).json["result"], {"cases": 4, "done": 4, "refused": 0})
    contains("and a line for each", worker.get(path + "/file").text, "H03,done,")
    equal("an empty list is no filter", worker.post("/v1/cases/bulk", {"do": "step", "action": "take_up", "households": []}).status, 422)
    counts = county_officer.get("/v1/cases/counts").json["items"]
    equal("counts are those of the list", {row["state"]: row["cases"] for row in counts if row["severity"] != "critical"},
          {"lead": 5, "verification": 4})
    account = county_officer.get("/v1/account").json
    equal("nobody is monitored yet", (account["total"]["found"], [part["area"] for part in account["parts"]]), (0, ["K", "K1", "K2"]))
    equal("months are twelve", len(county_officer.get("/v1/account/months").json["items"]), 12)


with county() as place:
    for number in range(10):
        place.household(f"H{number:02}", "K11" if number % 2 else "K21",
                        [{"relation": "head", "birth_date": "1980-01-01", "labour_capacity": "ordinary", "working": "no"}],
                        {"wage_income": {month: 2000 for month in YEAR}, "operating_income": {month: 0 for month in YEAR}})
    place.load()
    assert place.run("screen", "--month", "2020-09").code == 0
    with served("--key", place.key, store=place.url) as server:
        village = client(server, "village-1")
        one_case(village, client(server, "township-1"), client(server, "village-3"))
        many(village, client(server, "county-1"))
finish()
