#!/usr/bin/env python3
"""Programmes through the API: budgets, who goes without, entitlements decided by two persons, and measures."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from county import county, months  # noqa: E402
from scenario import check, contains, equal, finish, wait_until  # noqa: E402
from server import Client, served  # noqa: E402

YEAR = months("2019-10", "2020-09")
ALLOWANCE = "minimum_living_allowance"
OLD = {"relation": "head", "sex": "male", "birth_date": "1950-02-03", "labour_capacity": "none", "working": "no"}


def client(server, name):
    one = Client(server)
    assert one.log_in(name, "correct horse battery").status == 201
    return one


def budgets(officer, field_worker):
    path = f"/v1/programmes/{ALLOWANCE}/budgets/K/2020"
    equal("every programme of the pack", len(field_worker.get("/v1/programmes").json["items"]), 7)
    given = officer.put(path, {"amount": "300.00"})
    equal("a county gives money", (given.status, given.json["amount"], given.json["free"]), (200, "300.00", "300.00"))
    equal("a field worker does not", field_worker.put(path, {"amount": "1.00"}).status, 403)
    wrong = officer.put(path, {"amount": "1,000"})
    equal("an amount is a decimal", (wrong.status, wrong.json["errors"][0]["pointer"]), (422, "/amount"))
    contains("a wrong programme gets a suggestion",
             officer.put("/v1/programmes/minimum_living_alowance/budgets/K/2020", {"amount": "1"}).json["detail"], ALLOWANCE)
    listed = officer.get("/v1/budgets?year=2020").json["items"]
    equal("it is listed", [(row["programme"], row["area"], row["amount"]) for row in listed], [(ALLOWANCE, "K", "300.00")])


def propose(officer, household, **more):
    return officer.post("/v1/entitlements", {"programme": ALLOWANCE, "household": household}, **more)


def decide(officer, number, what, **body):
    return officer.post(f"/v1/entitlements/{number}/{what}", body)


def entitlements(first, second, neighbour):
    waiting = first.get(f"/v1/take-up?programme={ALLOWANCE}").json["items"]
    equal("who goes without", sorted(row["household"] for row in waiting), ["H1", "H2", "H3"])
    equal("another township sees its own", [row["household"] for row in
                                            neighbour.get(f"/v1/take-up?programme={ALLOWANCE}").json["items"]], ["H3"])
    told = [propose(first, "H1", headers={"Idempotency-Key": "propose-1"}) for _ in range(2)]
    number = told[0].json["entitlement"]
    equal("sent twice it is proposed once", [(one.status, one.json["entitlement"], one.json["state"]) for one in told],
          [(201, number, "pending")] * 2)
    equal("and is where it says", first.get(told[0].headers["Location"]).json["household"], "H1")
    equal("elsewhere it is not there", neighbour.get(f"/v1/entitlements/{number}").status, 404)
    equal("nor is it decided there", decide(neighbour, number, "approve").status, 404)
    equal("who proposed does not approve", decide(first, number, "approve").status, 409)
    approved = decide(second, number, "approve")
    equal("another person does", (approved.status, approved.json["state"], approved.json["approved_by"]),
          (200, "approved", "county-2"))
    budget = first.get("/v1/budgets").json["items"][0]
    equal("its amount is reserved", budget["reserved"], approved.json["amount"])
    other = propose(first, "H2").json["entitlement"]
    short = decide(second, other, "approve")
    equal("a budget is not promised twice", short.status, 409)
    equal("to hold help back wants a reason", decide(second, number, "suspend").status, 422)
    equal("with one it is held back", decide(second, number, "suspend", reason="moved away").json["state"], "suspended")
    equal("and goes on", decide(second, number, "resume").json["state"], "approved")
    equal("it is cancelled", decide(second, number, "cancel", reason="moved away").json["state"], "cancelled")
    equal("which frees the money", first.get("/v1/budgets").json["items"][0]["free"], "300.00")
    equal("what nobody approves is rejected", decide(second, other, "reject", reason="has income").json["state"], "rejected")
    page = first.get("/v1/entitlements?limit=1").json
    equal("the newest first", [row["entitlement"] for row in page["items"]], [other])
    following = first.get(f"/v1/entitlements?limit=1&cursor={page['next']}").json
    equal("and page by page", ([row["entitlement"] for row in following["items"]], following["next"]), ([number], None))
    equal("by state", [row["household"] for row in first.get("/v1/entitlements?state=rejected").json["items"]], ["H2"])
    equal("a wrong state is told", first.get("/v1/entitlements?state=gone").status, 400)
    equal("by period", [len(first.get(f"/v1/entitlements?programme={ALLOWANCE}&period={month}").json["items"])
                        for month in ("2020-09", "2020-08")], [2, 0])


def job(officer, what):
    queued = officer.post(f"/v1/entitlements/bulk/{what}", {"programme": ALLOWANCE, "month": "2020-10"})
    assert queued.status == 202, queued
    path = f"/v1/jobs/{queued.json['id']}"
    check(f"the job to {what} ends", wait_until(lambda: officer.get(path).json["state"] not in ("queued", "running"), 60))
    lines = officer.get(path + "/file").text.splitlines()
    return officer.get(path).json, {line.split(",")[0]: line.split(",")[4] for line in lines[1:]}


def many(first, second, village):
    proposed, lines = job(first, "propose")
    equal("many are proposed as a job", (proposed["state"], proposed["result"]["done"], proposed["result"]["not_done"]),
          ("done", 3, 0))
    equal("with a line for each", lines, dict.fromkeys(("H1", "H2", "H3"), "pending"))
    approved, lines = job(first, "approve")
    equal("their proposer approves none", (approved["result"]["done"], set(lines.values())), (0, {"own"}))
    approved, lines = job(second, "approve")
    equal("another person approves so many as the budget reaches for",
          (approved["result"]["done"], sorted(lines.values())), (1, ["approved", "budget_short", "budget_short"]))
    equal("what the job tells is what is reserved", first.get("/v1/budgets").json["items"][0]["reserved"],
          approved["result"]["amount"])
    equal("a field worker queues no approval",
          village.post("/v1/entitlements/bulk/approve", {"programme": ALLOWANCE, "month": "2020-10"}).status, 403)


def measures(village, neighbour):
    planned = village.post("/v1/households/H1/measures", {}).json["items"]
    check("all that is recommended is planned", ALLOWANCE in [row["measure"] for row in planned]
          and all(row["recommended"] and row["state"] == "planned" for row in planned), planned)
    equal("again nothing is added", village.post("/v1/households/H1/measures", {}).json["items"], [])
    equal("elsewhere there is no such household", neighbour.post("/v1/households/H1/measures", {}).status, 404)
    equal("a due day without a measure is told", village.post("/v1/households/H1/measures",
                                                              {"due_on": "2020-10-15"}).status, 422)
    added = village.post("/v1/households/H1/measures", {"measure": "care_service", "due_on": "2020-10-15",
                                                        "amount": "1200.00"}).json["items"][0]
    equal("a person adds another", (added["amount"], added["due_on"], added["recommended"]), ("1200.00", "2020-10-15", False))
    equal("what is overdue is listed", [row["measure"] for row in village.get("/v1/measures?overdue=true").json["items"]],
          ["care_service"])
    path = f"/v1/measures/{added['measure_number']}"
    equal("it is under way", village.post(path + "/start", {}).json["state"], "under_way")
    refused = village.post(path + "/deliver", {"evidence": "Signed contract"})
    equal("nothing is delivered without a result", (refused.status, refused.json["errors"][0]["pointer"]), (422, "/result"))
    done = village.post(path + "/deliver", {"evidence": "Signed contract", "result": "Somebody comes each day"})
    equal("it is delivered", (done.json["state"], done.json["result"]), ("delivered", "Somebody comes each day"))
    equal("what is delivered is not called off", village.post(path + "/cancel", {"reason": "late"}).status, 409)
    first = planned[0]["measure_number"]
    equal("another is called off", village.post(f"/v1/measures/{first}/cancel", {"reason": "not wanted"}).json["state"],
          "cancelled")
    equal("elsewhere none is seen", neighbour.get("/v1/measures").json["items"], [])


with county() as place:
    for code, area, amount in (("H1", "K11", 250), ("H2", "K11", 200), ("H3", "K21", 300)):
        place.household(code, area, [OLD], {"wage_income": dict.fromkeys(YEAR, 0),
                                            "operating_income": dict.fromkeys(YEAR, amount)})
    place.load()
    assert place.run("screen", "--month", "2020-09").code == 0
    with served(store=place.url, env={"BERM_KEY_FILE": str(place.key)}) as server:
        budgets(client(server, "county-1"), client(server, "village-1"))
        entitlements(client(server, "county-1"), client(server, "county-2"), client(server, "township-2"))
        many(client(server, "county-1"), client(server, "county-2"), client(server, "village-1"))
        measures(client(server, "village-1"), client(server, "village-3"))
finish()
