#!/usr/bin/env python3
"""Grievances: taken down, owned by somebody from outside, answered in time, looked at again."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask  # noqa: E402
from registers import PACK, make_pack, make_register  # noqa: E402
from scenario import berm, check, contains, equal, finish, folder, write  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

HOUSEHOLDS = "code,area,roof,rooms\nH1,X1,leaks,3\nH2,X2,sound,2\n"
CLOCK = "grievances:\n  answer_days: 3\n  day_kind: working\n"
# 2020-09-24 is a Thursday; the pack has one holiday.
HOLIDAYS = "date,kind,label\n2020-09-28,holiday,made up\n"
SECRET = "My name was left out of the list."


class Register:
    def __init__(self, url):
        self.url = url

    def run(self, *words, now="2020-09-24T08:00:00.000Z", user=None):
        who = ("--as", user) if user else ()
        return berm(*words, *who, "--store", self.url, env={"BERM_NOW": now})

    def grievance(self, step, *words, **more):
        return self.run("grievance", step, *words, **more)

    def shown(self, number, user=None):
        result = self.run("grievance", "show", number, "--format", "json", user=user)
        return json.loads(result.out) if result.code == 0 else result.text

    def numbers(self, *filters, **more):
        result = self.grievance("list", *filters, "--format", "ndjson", **more)
        return [json.loads(line)["grievance"] for line in result.out.splitlines()]


def refused(name, result, *words):
    check(name + " is refused", result.code != 0, result.text)
    for word in words:
        contains(name + " is told why", result.text, word)


def taking(register):
    first = register.grievance("take", "--kind", "appeal", "--about", "decision", "--household", "H1",
                               "--complainant", "Nora Made-Up", "--contact", "at the mill",
                               "--details", SECRET, user="worker")
    equal("a grievance is taken down", (first.code, first.out), (0, "grievance 1\n"))
    shown = register.shown(1)
    equal("what was told is kept", (shown["details"], shown["complainant"], shown["received_by"]),
          (SECRET, "Nora Made-Up", "worker"))
    equal("its clock counts working days, without the day itself", (shown["state"], shown["due_on"]),
          ("received", "2020-09-30"))
    second = register.grievance("take", "--about", "conduct", "--channel", "phone", "--area", "X2",
                                "--details", "The office was closed.")
    equal("one about nobody of the register", second.out, "grievance 2\n")
    refused("one without a place", register.grievance("take", "--about", "other", "--details", "x"),
            "Name a household, or the area")
    refused("one without a subject", register.grievance("take", "--household", "H1", "--details", "x"),
            "decision, measure, payment, data, conduct, other")
    refused("one that says nothing", register.grievance("take", "--about", "data", "--household", "H1"),
            "what is complained of")
    refused("one about a neighbour's household",
            register.grievance("take", "--about", "data", "--household", "H2", "--details", "x", user="worker"),
            "there is no household with the code H2")
    refused("a story", register.grievance("take", "--about", "data", "--household", "H1",
                                          "--details", "x" * 4001), "fewer words")
    equal("nothing of them is kept", register.numbers(), [2, 1])


def seeing(register):
    refused("who takes them down", register.grievance("list", user="worker"), "grievance_read")
    equal("each sees those of their areas", (register.numbers(user="officer"), register.numbers(user="chief")),
          ([1], [2, 1]))
    equal("and is not told of others", register.grievance("show", "2", user="officer").code, 1)
    hidden = register.shown(1, user="overseer")
    equal("a supervisor sees the clock and not the words",
          (hidden["due_on"], hidden["details"], hidden["complainant"]), ("2020-09-30", "(hidden)", "(hidden)"))
    equal("those overdue", (register.numbers("--overdue", now="2020-09-30T08:00:00.000Z"),
                            register.numbers("--overdue", now="2020-10-01T08:00:00.000Z")), ([], [2, 1]))
    journal = register.run("journal", "list", "--action", "look", "--format", "json").out
    contains("who read it is in the journal", journal, "grievance")
    check("what was told is not", SECRET not in register.run("journal", "list", "--format", "json").out)


def answering(register):
    refused("a field worker as owner", register.grievance("assign", "1", "worker", user="chief"),
            "does not handle grievances in X1")
    refused("an officer of elsewhere", register.grievance("assign", "1", "neighbour", user="chief"),
            "does not handle grievances in X1")
    equal("it is given to an officer", register.grievance("assign", "1", "officer", user="chief").code, 0)
    answer = ("--outcome", "rejected", "--answer", "The visit found the roof sound.")
    refused("an answer of somebody else", register.grievance("resolve", "1", *answer, user="chief"), "officer's to answer")
    refused("an answer without words", register.grievance("resolve", "1", "--outcome", "upheld", user="officer"),
            "the answer has 1 to")
    refused("a rejection that puts something right",
            register.grievance("resolve", "1", *answer, "--remedy", "lead", user="officer"), "leave the remedy out")
    equal("its owner answers", register.grievance("resolve", "1", *answer, user="officer").code, 0)
    shown = register.shown(1)
    equal("the clock stops", (shown["state"], shown["due_on"], shown["outcome"]), ("resolved", None, "rejected"))
    refused("a second answer", register.grievance("resolve", "1", *answer, user="officer"), "is resolved")


def again(register):
    later = "2020-10-08T08:00:00.000Z"
    equal("who complained is not content",
          register.grievance("escalate", "1", "--reason", "Nobody looked.", user="worker", now=later).code, 0)
    shown = register.shown(1)
    equal("it begins anew, with a new clock", (shown["state"], shown["level"], shown["owner"], shown["due_on"]),
          ("received", 2, None, "2020-10-13"))
    refused("whoever answered before", register.grievance("assign", "1", "officer", user="chief", now=later),
            "answered it before")
    equal("somebody else looks at it", register.grievance("assign", "1", "chief", user="officer", now=later).code, 0)


def steps_of(register, number):
    return [(step["actor"], step["action"], step["to"]) for step in register.shown(number)["steps"]]


def ending(register):
    refused("closing what is not answered", register.grievance("close", "1", "--note", "told", user="worker"),
            "does not lead on")
    equal("the other one is withdrawn", register.grievance("withdraw", "2", "--reason", "It is open again.").code, 0)
    equal("the new owner answers", register.grievance("resolve", "1", "--outcome", "partly_upheld", "--answer",
                                                      "The list was wrong.", user="chief").code, 0)
    equal("and who complained is told", register.grievance("close", "1", "--note", "by letter", user="worker").code, 0)
    equal("every step is kept", steps_of(register, 1), [
        ("worker", "take", "received"), ("chief", "assign", "in_progress"), ("officer", "resolve", "resolved"),
        ("worker", "escalate", "received"), ("officer", "assign", "in_progress"), ("chief", "resolve", "resolved"),
        ("worker", "close", "closed")])
    refused("a step of what is closed", register.grievance("withdraw", "1", "--reason", "x"), "is closed")


def over_http(register):
    make_token_for = {name: make_token(register.url, name, "grievance_take", "grievance_read", "grievance_handle",
                                       "fields_sensitive") for name in ("officer", "chief", "worker")}
    with served(store=register.url, env={"BERM_NOW": "2020-11-02T08:00:00.000Z"}) as server:
        officer, chief, worker = (Client(server, make_token_for[name]) for name in ("officer", "chief", "worker"))
        body = {"kind": "complaint", "about": "payment", "channel": "visit", "household": "H1", "details": "Late."}
        answer = worker.post("/v1/grievances", body, headers={"Idempotency-Key": "k1"})
        equal("taken down over the network", (answer.status, answer.json), (201, {"grievance": 3}))
        equal("once", worker.post("/v1/grievances", body, headers={"Idempotency-Key": "k1"}).json, {"grievance": 3})
        wrong = worker.post("/v1/grievances", {**body, "about": "weather"})
        equal("what is wrong is named", (wrong.status, wrong.json["errors"][0]["pointer"]), (422, "/about"))
        equal("who takes down does not read", worker.get("/v1/grievances/3").status, 403)
        equal("a page", [row["grievance"] for row in chief.get("/v1/grievances?limit=2").json["items"]], [3, 2])
        equal("assigned", chief.post("/v1/grievances/3/assign", {"owner": "officer"}).status, 204)
        equal("answered", officer.post("/v1/grievances/3/resolve", {
            "outcome": "upheld", "answer": "It was paid today."}).status, 204)
        conflict = officer.post("/v1/grievances/3/resolve", {"outcome": "upheld", "answer": "Again."})
        equal("not twice", conflict.status, 409)
        equal("closed", worker.post("/v1/grievances/3/close", {"note": "at the door"}).status, 204)
        equal("its steps", [step["action"] for step in chief.get("/v1/grievances/3").json["steps"]],
              ["take", "assign", "resolve", "close"])


with folder() as here:
    pack = make_pack(here / "pack", **{"pack.yaml": PACK["pack.yaml"] + CLOCK, "holidays.csv": HOLIDAYS})
    register = Register(make_register(here, HOUSEHOLDS, pack=pack))
    for name, role, area in (("worker", "field_worker", "X1"), ("officer", "township", "X1"), ("chief", "county", "X"),
                             ("neighbour", "township", "X2"), ("overseer", "supervisor", "X")):
        make_account(register.url, name, (role, area))
    taking(register)
    seeing(register)
    answering(register)
    again(register)
    ending(register)
    over_http(register)
    equal("the register is sound", berm("doctor", "--store", register.url).code, 0)
    equal("the journal verifies", berm("journal", "verify", "--store", register.url).code, 0)
    equal("each step has its change", ask(register.url, "SELECT count(*) FROM change_row WHERE entity = 'grievance'"),
          ask(register.url, "SELECT count(*) FROM grievance_step"))
finish()
