#!/usr/bin/env python3
"""Facts changed through the API: entered, changed, moved, archived; versions, problems, access."""
import concurrent.futures
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import PACK, make_pack, make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X1,sound,2\nC,X2,none,1\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bela Hill,male,1950-01-01,head,,2010-01-01
C-1,C,Cora Dale,female,1985-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 300) + wages("B", 700) + wages("C", 100)
TYPES = """floor_area,household,decimal,m2,,,,,,Floor area,面积,,,made up
rent,household,money,XTS,,,,,,Rent,租金,,,made up
crops,household,select_multiple crops,,,,,,,Crops,作物,,,made up
built_on,household,date,,,,,,,Built on,建成日期,,,made up
road,household,text,,,,,,,Road,道路,,,made up
has_tap,household,boolean,,,,,,,Has a tap,自来水,,,made up
"""
CROPS = "crops,rice,Rice,水稻\ncrops,beans,Beans,豆类\n"
SCOPES = ("household_read", "household_write", "fields_internal", "fields_personal", "fields_sensitive")


def pointers(answer):
    return [(error.get("pointer"), error["code"]) for error in (answer.json or {}).get("errors", [])]


def changing(clerk):
    read = clerk.get("/v1/households/A")
    tag = read.headers["ETag"]
    contains("the tag begins with the version", tag, f'"{read.json["version"]}-')
    equal("a change wants a version", clerk.patch("/v1/households/A", {"values": {"roof": "sound"}}).status, 428)
    answer = clerk.patch("/v1/households/A", {"values": {"roof": "sound", "rooms": 4}}, headers={"If-Match": tag})
    equal("a change", (answer.status, answer.json and answer.json["findings_closed"]), (200, 1))
    after = clerk.get("/v1/households/A").json
    equal("is there", (after["values"]["roof"], after["values"]["rooms"], after["version"]),
          ("sound", 4, answer.json["version"]))
    old = clerk.patch("/v1/households/A", {"values": {"rooms": 5}}, headers={"If-Match": tag})
    equal("an old version", (old.status, old.json["current_version"]), (412, after["version"]))
    answer = clerk.patch("/v1/households/A", {"values": {"rooms": None}},
                         headers={"If-Match": answer.headers["ETag"]})
    equal("the tag of a change serves the next one", answer.status, 200)
    equal("null makes a value unknown", clerk.get("/v1/households/A").json["values"]["rooms"], None)


def types(clerk):
    """A value of each type goes in and comes out; what comes out is held against the description."""
    values = {"floor_area": 62.125, "rent": "1250.50", "crops": ["rice", "beans"], "built_on": "1987-06-01",
              "road": "past the mill", "has_tap": False}
    tag = clerk.get("/v1/households/B").headers["ETag"]
    answer = clerk.patch("/v1/households/B", {"values": values}, headers={"If-Match": tag})
    equal("values of every type", (answer.status, answer.json.get("errors")), (200, None))
    after = clerk.get("/v1/households/B").json["values"]
    equal("come out as they went in", {name: after[name] for name in values}, values)


def problems(clerk):
    before = clerk.get("/v1/households/A").json["version"]
    answer = clerk.patch("/v1/households/A", {
        "area": "X9", "aera": "X1", "values": {"rooms": "many", "rofo": "sound", "roof": {"is": "gone"}}},
        headers={"If-Match": "*"})
    equal("a value of the wrong form", (answer.status, pointers(answer)), (422, [("/values/roof", "invalid")]))
    answer = clerk.patch("/v1/households/A", {"aera": "X1", "values": {"rooms": "many", "rofo": "sound"}},
                         headers={"If-Match": "*"})
    equal("all that is wrong is told with its place", (answer.status, pointers(answer)), (422, [
        ("/aera", "unknown"), ("/values/rooms", "invalid"), ("/values/rofo", "unknown")]))
    contains("with a suggestion", answer.json["errors"][2]["detail"], 'did you mean "roof"?')
    equal("a household needs an area", pointers(clerk.post("/v1/households", {})), [("/area", "required")])
    answer = clerk.post("/v1/households/A/flows", {"flows": [
        {"month": "2020-09", "flow": "wage", "amount": 10}, {"month": "2020-13", "flow": "wages", "amount": "x"}]})
    equal("so are flows", pointers(answer), [("/flows/1/month", "invalid"), ("/flows/1/flow", "invalid")])
    equal("a flow is an object", pointers(clerk.post("/v1/households/A/flows", {"flows": [7]})),
          [("/flows/0", "invalid")])
    equal("a name can be seen", pointers(clerk.post("/v1/households/A/persons", {"name": "Al\x01ma"})),
          [("/name", "invalid")])
    equal("a code can stand in an address", pointers(clerk.post("/v1/households", {"area": "X1", "code": "3/2"})),
          [("/code", "invalid")])
    equal("a flow needs an amount, were it null", pointers(clerk.post("/v1/households/A/flows", {"flows": [
        {"month": "2020-09", "flow": "wage"}]})), [("/flows/0/amount", "required")])
    equal("nothing of this was written", clerk.get("/v1/households/A").json["version"], before)


def entering(clerk):
    answer = clerk.post("/v1/households", {"area": "X1", "values": {"rooms": 2}})
    equal("a household is entered", answer.status, 201)
    code = answer.json["code"]
    equal("and found where it is said", clerk.get(answer.headers["Location"]).json["code"], code)
    answer = clerk.post(f"/v1/households/{code}/persons", {
        "name": "Nora Hill", "birth_date": "2012-02-29", "relation": "head", "values": {"at_school": True}})
    equal("a person is entered", answer.status, 201)
    nora = answer.json["code"]
    member = clerk.get(f"/v1/households/{code}").json["members"][0]
    equal("as a member", (member["code"], member["name"], member["values"]["at_school"]), (nora, "Nora Hill", True))
    version = {"If-Match": answer.headers["ETag"]}
    answer = clerk.patch(f"/v1/persons/{nora}", {"birth_date": "2012-03-01"}, headers=version)
    equal("and corrected", (answer.status, clerk.get(f"/v1/households/{code}").json["members"][0]["birth_date"]),
          (200, "2012-03-01"))
    equal("against the household's version", clerk.patch(f"/v1/persons/{nora}", {"name": "N"}, headers=version).status, 412)
    answer = clerk.post(f"/v1/households/{code}/flows", {"flows": [
        {"month": "2020-09", "flow": "wage", "amount": "12.50"}, {"month": "2020-08", "flow": "wage", "amount": 7}]})
    equal("flows are reported", [(f["month"], f["source"], f["amount"]) for f in
                                 clerk.get(f"/v1/households/{code}").json["flows"]],
          [("2020-08", "visit", "7.00"), ("2020-09", "visit", "12.50")])
    clerk.post(f"/v1/households/{code}/flows", {"flows": [{"month": "2020-08", "flow": "wage", "amount": None}]})
    equal("and taken back", [f["month"] for f in clerk.get(f"/v1/households/{code}").json["flows"]], ["2020-09"])
    answer = clerk.post(f"/v1/households/{code}/archive", headers={"If-Match": "*"})
    equal("who has members is not archived", (answer.status, "members" in answer.json["detail"]), (409, True))
    answer = clerk.post(f"/v1/persons/{nora}/move", {"household": "B", "from_date": "2020-05-01"},
                        headers={"If-Match": "*"})
    equal("the person moves", (answer.status, sorted(m["code"] for m in clerk.get("/v1/households/B").json["members"])),
          (200, sorted(["B-1", nora])))
    answer = clerk.post(f"/v1/persons/{nora}/end", {"to_date": "2020-07-01", "end_reason": "left"},
                        headers={"If-Match": "*"})
    equal("and leaves", (answer.status, [m["to_date"] for m in clerk.get("/v1/households/B").json["members"]
                                         if m["code"] == nora]), (200, ["2020-07-01"]))
    equal("then the household is archived", clerk.post(f"/v1/households/{code}/archive",
                                                       headers={"If-Match": "*"}).status, 200)
    equal("and brought back", (clerk.post(f"/v1/households/{code}/restore", headers={"If-Match": "*"}).status,
                               clerk.get(f"/v1/households/{code}").json["active"]), (200, True))
    key = {"Idempotency-Key": "visit-17"}
    first = clerk.post("/v1/households", {"area": "X1"}, headers=key)
    again = clerk.post("/v1/households", {"area": "X1"}, headers=key)
    equal("what is sent again is done once", (first.json["code"], first.status), (again.json["code"], again.status))


def many_at_once(server, clerk):
    """More changes at once than there are workers: each is made, none is refused."""
    clients = [Client(server, clerk.token) for _ in range(40)]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda c: c.post("/v1/households", {"area": "X1"}).status, clients))
    equal("changes that come at once wait for each other", sorted(answers), [201] * len(clients))


def neighbours(clerk, looker):
    def same(name, there, nowhere, word, other):
        def told(answer):
            return answer.status, answer.json["detail"], answer.json.get("errors")

        equal(name, str(told(there)).replace(f" {word};", f" {other};").replace(f'"{word}"', f'"{other}"'),
              str(told(nowhere)))

    any_version = {"If-Match": "*"}
    body = {"values": {"rooms": 9}}
    same("a neighbour's household is not there", clerk.patch("/v1/households/C", body, headers=any_version),
         clerk.patch("/v1/households/Q", body, headers=any_version), "C", "Q")
    same("nor its members", clerk.patch("/v1/persons/C-1", {"name": "X"}, headers=any_version),
         clerk.patch("/v1/persons/Q-1", {"name": "X"}, headers=any_version), "C-1", "Q-1")
    same("nor can one be sent there", clerk.post("/v1/persons/A-1/move", {"household": "C"}, headers=any_version),
         clerk.post("/v1/persons/A-1/move", {"household": "Q"}, headers=any_version), "C", "Q")
    same("nor its area", clerk.post("/v1/households", {"area": "X2"}), clerk.post("/v1/households", {"area": "Q2"}),
         "X2", "Q2")
    answer = clerk.post("/v1/households", {"area": "X1", "code": "C"})
    equal("a code that is taken there is refused", pointers(answer), [("/code", "refused")])
    check("without whose it is", "X2" not in answer.text and "valley" not in answer.text, answer.text)
    equal("who may only look changes nothing", looker.patch("/v1/households/A", body, headers=any_version).status, 403)


with folder() as here:
    pack = make_pack(here / "pack", **{"dictionary.csv": PACK["dictionary.csv"] + TYPES,
                                       "choices.csv": PACK["choices.csv"] + CROPS})
    url = make_register(here, HOUSEHOLDS, PERSONS, FLOWS, pack)
    equal("a month is screened", berm("screen", "--month", "2020-09", "--store", url).code, 0)
    make_account(url, "clerk", ("township", "X1"))
    make_account(url, "looker", ("viewer", "X1"))
    with served(store=url) as server:
        clerk = Client(server, make_token(url, "clerk", *SCOPES))
        looker = Client(server, make_token(url, "looker", "household_read"))
        types(clerk)
        changing(clerk)
        problems(clerk)
        entering(clerk)
        many_at_once(server, clerk)
        neighbours(clerk, looker)
    equal("the register is sound", berm("doctor", "--store", url).code, 0)
    equal("the journal verifies", berm("journal", "verify", "--store", url).code, 0)
finish()
