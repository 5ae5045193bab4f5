#!/usr/bin/env python3
"""The API as a whole: who gets in, what is refused and how it is told, tags, the description."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import PASSWORD, Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X2,sound,2\n"
PERSONS = """code,household,name,sex,birth_date,relation,at_school,from_date
A-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01
B-1,B,Bela Hill,male,1950-01-01,head,,2010-01-01
"""
FLOWS = "household,month,wage\n" + wages("A", 300) + wages("B", 700)
JSON_TYPE = {"Content-Type": "application/json"}


def logging_in(server):
    nobody = Client(server)
    answer = nobody.get("/v1/areas")
    equal("nobody gets in without log-in", answer.status, 401)
    equal("and is told how", answer.headers["WWW-Authenticate"], 'Bearer realm="berm"')
    equal("a problem has its type", answer.json["type"], "urn:berm:problem:unauthenticated")
    equal("a wrong password is a 401", nobody.log_in("clerk", "not the word").status, 401)
    equal("the form of the body is looked at", nobody.post("/v1/sessions", {"name": 7, "pass": "x"})
          .json["errors"], [
              {"pointer": "/pass", "code": "unknown", "detail": "pass is not known here"},
              {"pointer": "/name", "code": "invalid", "detail": "name is text, not a number"},
              {"pointer": "/password", "code": "required", "detail": "password is missing"}])
    equal("forms of other pages cannot log in", nobody.ask(
        "POST", "/v1/sessions", "name=clerk", content_type="text/plain").status, 415)
    contains("broken JSON is told with its place", nobody.ask("POST", "/v1/sessions", "{\n\"a\" 1}")
             .json["detail"], "line 2")
    clerk = Client(server)
    answer = clerk.log_in("clerk", PASSWORD)
    equal("the right password opens a session", answer.status, 201)
    for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
        contains(f"the cookie is {word}", answer.headers["Set-Cookie"], word)
    equal("the session says who it is", (answer.json["account"], answer.json["roles"]),
          ("clerk", [{"role": "county", "area": "X1"}]))
    answer = clerk.get("/v1/sessions/current")
    equal("and tells its CSRF token again", answer.json["csrf_token"], clerk.csrf)
    answer = clerk.delete("/v1/sessions/current", headers={"X-CSRF-Token": "0" * 64})
    check("a change without the CSRF token is refused",
          answer.status == 403 and "CSRF" in answer.json["detail"], answer)
    equal("logging out", clerk.delete("/v1/sessions/current").status, 204)
    equal("ends the session", clerk.get("/v1/sessions/current").status, 401)


def tokens(server, url):
    program = Client(server, make_token(url, "clerk", "area_list"))
    equal("a token does what it is for", program.get("/v1/areas").status, 200)
    answer = program.get("/v1/households/A")
    equal("and nothing else", (answer.status, answer.json["type"]),
          (403, "urn:berm:problem:forbidden"))
    program.token = "berm_" + "0" * 64
    equal("a token that nobody made is refused", program.get("/v1/areas").status, 401)


def reading(clerk):
    equal("areas are those of the caller", [area["code"] for area in
                                            clerk.get("/v1/areas").json["items"]], ["X1"])
    answer = clerk.get("/v1/households/A")
    equal("a household", (answer.status, answer.json["values"]["roof"],
                          answer.json["members"][0]["name"]), (200, "leaks", "Anna Hill"))
    other, none = clerk.get("/v1/households/B"), clerk.get("/v1/households/Z")
    equal("a neighbour's is not there", (other.status, other.json["detail"].replace("B", "Z")),
          (none.status, none.json["detail"]))
    answer = clerk.get("/v1/households/A/explanation", **{"Accept-Language": "zh-CN"})
    contains("the reasons are told", answer.json["story"], "住房不安全")
    contains("in the language that is asked for",
             clerk.get("/v1/households/A/explanation?lang=en").json["story"], "House not safe")
    answer = clerk.get("/v1/households/A/explanation?month=2020")
    equal("a month that is none", (answer.status, answer.json["errors"][0]["parameter"]),
          (400, "month"))
    answer = clerk.get("/v1/households/A/explanation?mont=2020-09").json
    contains("an unknown field gets a suggestion", answer["detail"], "month?")
    equal("and is named", answer["errors"][0]["parameter"], "mont")
    answer = clerk.get("/v1/households/A/explanation?lang=fr")
    equal("a language that is none", (answer.status, answer.json["errors"][0]["parameter"]), (400, "lang"))
    equal("nothing is not everything", clerk.get("/v1/areas?area=").status, 400)
    equal("a field may come once", clerk.get("/v1/areas?area=X1&area=X1").json["errors"][0]["code"],
          "repeated")
    answer = clerk.get("/v1/dictionary")
    equal("what the client has already is not sent again",
          clerk.get("/v1/dictionary", **{"If-None-Match": answer.headers["ETag"]}).status, 304)


def the_description(server):
    description = json.loads(server.get("/v1/openapi.json"))
    equal("OpenAPI", description["openapi"], "3.1.0")
    equal("the dictionary is in it", sorted(
        description["components"]["schemas"]["HouseholdValues"]["properties"]), ["roof", "rooms"])


def behind_a_proxy(url):
    """Whose word for the client's address is taken."""
    def from_where(server, forwarded):
        Client(server).ask("POST", "/v1/sessions", {"name": "clerk", "password": PASSWORD},
                           {"X-Forwarded-For": forwarded})
        result = berm("journal", "list", "--store", url, "--action", "log_in", "--limit", "1",
                      "--newest", "--format", "json")
        return json.loads(result.out)[0]["address"]

    with served("--proxy", "127.0.0.1", store=url) as server:
        equal("the proxy says from where", from_where(server, "10.1.1.1, 203.0.113.7"), "203.0.113.7")
        equal("what is no address is not taken", from_where(server, "203.0.113.7; DROP"), "127.0.0.1")
    with served("--proxy", "192.0.2.1", store=url) as server:
        equal("nobody else's word counts", from_where(server, "203.0.113.7"), "127.0.0.1")


with folder() as here:
    store = make_register(here, HOUSEHOLDS, PERSONS, FLOWS)
    assert berm("screen", "--store", store, "--month", "2020-09").code == 0
    make_account(store, "clerk", ("county", "X1"))
    with served(store=store) as one:
        logging_in(one)
        tokens(one, store)
        official = Client(one)
        official.log_in("clerk", PASSWORD)
        reading(official)
        the_description(one)
        equal("it ends as it should", one.end(), 0)
    behind_a_proxy(store)
finish()
