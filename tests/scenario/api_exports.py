#!/usr/bin/env python3
"""Exports, figures and the journal through the API: streams in little memory, nothing of a neighbour."""
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder  # noqa: E402
from server import Client, hear, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\nB,X2,sound,2\n"
PERSONS = "code,household,name,sex,birth_date\nA-1,A,Anna Hill,female,1980-05-01\nB-1,B,Bela Zed,male,1950-01-01\n"
KINDS = ("households", "persons", "flows", "findings", "spells", "areas")


def exports(url, clerk, analyst):
    for kind in KINDS:
        answer = clerk.get(f"/v1/exports/{kind}/csv")
        told = berm("export", kind, "--store", url, "--as", "clerk").out
        equal(f"the stream of {kind} is what the command writes", (answer.status, answer.text), (200, told))
        lines = clerk.get(f"/v1/exports/{kind}/ndjson").text.splitlines()
        equal(f"as lines of JSON the {kind} are as many", len([json.loads(line) for line in lines]),
              len(told.splitlines()) - 1)
        check(f"and hold nothing of a neighbour", "B-1" not in answer.text and "X2" not in answer.text
              and "B" not in [line.split(",")[0] for line in answer.text.splitlines()], answer.text)
    answer = clerk.get("/v1/exports/households/csv?month=2020-09")
    equal("a filter of other exports is refused", (answer.status, answer.json["errors"][0]["parameter"]),
          (400, "month"))
    equal("columns are chosen", clerk.get("/v1/exports/households/csv?column=rooms&column=code").text, "rooms,code\n3,A\n")
    check("a mark where it is asked for", clerk.get("/v1/exports/areas/csv?bom=true").text.startswith("\ufeff"))
    for condition, codes in (("rooms%3E%3D3", ["A"]), ("rooms%3C3", []), ("finding=house_unsafe", ["A"])):
        rows = clerk.get(f"/v1/exports/households/ndjson?filter={condition}").text.splitlines()
        equal(f"the filter {condition} chooses among the caller's households", [json.loads(row)["code"] for row in rows], codes)
    both = clerk.get("/v1/exports/households/ndjson?filter=rooms%3E%3D3&filter=roof=sound")
    equal("several filters must all hold", (both.status, both.text), (200, ""))
    equal("a filter that is none is told", clerk.get("/v1/exports/households/csv?filter=rooms").status, 400)
    other, none = clerk.get("/v1/exports/flows/csv?area=X2"), clerk.get("/v1/exports/flows/csv?area=X3")
    equal("a neighbour's area is not there", (other.status, other.json["detail"].replace("X2", "X3")),
          (404, none.json["detail"]))
    check("an analyst's persons have no names", "name" not in analyst.get("/v1/exports/persons/csv").text.splitlines()[0])
    equal("and a name is refused", analyst.get("/v1/exports/persons/csv?column=name").status, 403)
    equal("numbers are never handed out", clerk.get("/v1/exports/persons/csv?column=id_number").status, 400)
    equal("what is no export is not there", clerk.get("/v1/exports/secrets/csv").status, 404)


def figures(clerk):
    answer = clerk.get("/v1/statistics?month=2020-09")
    equal("figures are those of the caller's areas", (answer.status, answer.json["total"]["households"],
                                                     answer.json["screened"]), (200, 1, True))
    check("and name no other area", "X2" not in answer.text, answer.text)
    equal("a neighbour's figures are not there", clerk.get("/v1/statistics?area=X2").status, 404)


def journal(clerk, chief):
    entries = clerk.get("/v1/journal?limit=200").json["items"]
    equal("one's own entries only", {entry["actor"] for entry in entries}, {"clerk"})
    equal("of another there are none", clerk.get("/v1/journal?by=ann").json["items"], [])
    equal("verifying is not for everybody", clerk.get("/v1/journal/verification").status, 403)
    first = chief.get("/v1/journal?action=export&limit=2").json
    second = chief.get(f"/v1/journal?action=export&limit=2&cursor={first['next']}").json
    for bad in ("since=yesterday", "until=2020-02-30", "cursor=x"):
        answer = chief.get("/v1/journal?" + bad)
        equal(f"{bad} is refused", (answer.status, answer.json["errors"][0]["parameter"]), (400, bad.split("=")[0]))
    equal("a month will do", chief.get("/v1/journal?until=2019-12").json["items"], [])
    numbers = [entry["entry"] for entry in first["items"] + second["items"]]
    equal("pages go on where the one before ended", numbers, sorted(set(numbers), reverse=True)[:4])
    begun = next(entry for entry in chief.get("/v1/journal?by=ann&about=persons").json["items"]
                 if entry["action"] == "export")
    equal("an export through the server is noted with its account", (begun["actor"], begun["via"]), ("ann", "api"))
    answer = chief.get("/v1/journal/verification")
    equal("it verifies", (answer.status, answer.json["fault_count"], answer.json["key_trusted"]), (200, 0, True))
    contains("a checkpoint", chief.get("/v1/journal/checkpoint").text, "berm-checkpoint 1\nregister ")
    return answer


def hanging_up(url, key):
    """A client that goes away in the middle, and one that takes all of what is far larger than the server."""
    make_account(url, "clerk", ("county", None))
    token = make_token(url, "clerk", "export", "fields_internal", "fields_personal", "fields_sensitive")
    with served("--key", key, store=url) as server:
        request = (f"GET /v1/exports/flows/csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                   "Connection: close\r\n\r\n").encode()
        with server.dial() as client:
            client.sendall(request)
            check("the stream begins", client.recv(65536).startswith(b"HTTP/1.1 200"))
        with server.dial() as client:
            client.sendall(request)
            client.recv(65536)
            taken = berm("user", "revoke", "clerk", "county", "--everywhere", "--store", url)
            check("a role is taken in the middle", taken.code == 0, taken.text)
            rest = hear(client)
            check("and the stream is cut off before its end", not rest.rstrip().endswith(b"\r\n0") and
                  len(rest) < 10 << 20, len(rest))
        berm("user", "grant", "clerk", "county", "--everywhere", "--store", url)
        answer = server.say(request, timeout=60)
        check("all of it comes to the next", len(answer) > 10 << 20 and answer.rstrip().endswith(b"0"), len(answer))
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1))
        check("in little memory", peak < 64 << 10, f"{peak} KiB")
        ended = []
        for _ in range(50):
            listed = berm("journal", "list", "--store", url, "--action", "export_end", "--format", "json")
            ended = [entry["details"]["complete"] for entry in json.loads(listed.out)]
            if len(ended) == 3:
                break
            time.sleep(0.1)
        equal("the journal tells those that broke off from the one that came whole", sorted(ended), [False, False, True])


with folder() as here:
    url = make_register(here, HOUSEHOLDS, PERSONS, "household,month,wage\n" + wages("A", 300) + wages("B", 700))
    key = here / "key"
    berm("key", "create", key)
    berm("screen", "--store", url, "--month", "2020-09", "--key", key)
    scopes = ("export", "finding_list", "summary_read", "fields_internal", "fields_personal", "fields_sensitive")
    make_account(url, "clerk", ("county", "X1"))
    make_account(url, "ann", ("analyst", "X1"))
    make_account(url, "chief", ("supervisor", None))
    with served("--key", key, store=url) as server:
        clerk = Client(server, make_token(url, "clerk", *scopes))
        exports(url, clerk, Client(server, make_token(url, "ann", *scopes)))
        figures(clerk)
        time.sleep(1.2)  # the sealer comes every second
        journal(clerk, Client(server, make_token(url, "chief", "journal_read")))
    large = f"sqlite:{here}/large.berm"
    berm("init", "--store", large, "--pack", "rural-cn")
    berm("synth", "--store", large, "--households", "5000", "--seed", "3")
    hanging_up(large, key)
finish()
