#!/usr/bin/env python3
"""Three servers and an import write to one database at the same time: to households of their own, and to the same ones.

A change is made with the version that was read (If-Match): of two that read the same version one is told 412. So each
change that was told as done must be one more version, and none may be lost. SQLite has one writer at a time and passes
the same test, which then shows that both stores keep the same promise.
"""
import collections
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from postgres import ask  # noqa: E402
from registers import make_register, wages  # noqa: E402
from scenario import berm, check, equal, finish, folder, write  # noqa: E402
from server import Client, make_account, make_token, served  # noqa: E402

SCOPES = ("household_read", "household_write", "fields_internal", "fields_personal", "fields_sensitive")
SERVERS = 3
OWN = 60     # changes by each server, each to another household of its own
SHARED = 40  # by each server, to the same few households
HOUSEHOLDS = "code,area,roof,rooms\nA,X1,leaks,3\n" + "".join(
    f"{server}-{number},X1,leaks,1\n" for server in range(SERVERS) for number in range(OWN)) + "".join(
    f"S{number},X1,leaks,0\n" for number in range(3))
PERSONS = "code,household,name,sex,birth_date,relation,at_school,from_date\nA-1,A,Anna Hill,female,1980-05-01,head,,2010-01-01\n"
IMPORTED = "code,area,roof,rooms\n" + "".join(f"I{number},X1,leaks,2\n" for number in range(300))


class Officer(threading.Thread):
    def __init__(self, number, server, token):
        super().__init__()
        self.number = number
        self.client = Client(server, token)
        self.answers = collections.Counter()
        self.problems, self.done = [], collections.Counter()

    def change(self, code, rooms=None):
        """Read, decide on what was read, write; rooms None: one more than there were. Until it is done."""
        while True:
            seen = self.client.get(f"/v1/households/{code}")
            if seen.status == 200:
                now = int(seen.json["values"]["rooms"])
                seen = self.client.ask("PATCH", f"/v1/households/{code}", {"values": {"rooms": now + 1 if rooms is None else rooms}},
                                       {"If-Match": seen.headers["ETag"]})
            self.answers[seen.status] += 1
            if seen.status == 200:
                self.done[code] += 1
                return
            if seen.status not in (412, 503):
                self.problems.append(f"{code}: {seen.status} {seen.text[:200]}")
                return
            if seen.status == 503 and not seen.headers["Retry-After"]:
                self.problems.append("503 without Retry-After")

    def run(self):
        for turn in range(max(OWN, SHARED)):
            if turn < OWN:
                self.change(f"{self.number}-{turn}", 7)
            if turn < SHARED:
                self.change(f"S{turn % 3}")
            added = self.client.post("/v1/households", {"area": "X1"}) if turn % 4 == 0 else None
            if added is not None:
                self.answers[added.status] += 1
                if added.status != 201:
                    self.problems.append(f"adding: {added.status} {added.text[:200]}")


with folder() as here:
    key = here / "key"
    assert berm("key", "create", key).code == 0
    url = make_register(here, HOUSEHOLDS, PERSONS, "household,month,wage\n" + wages("A", 300))
    make_account(url, "clerk", ("township", "X1"))
    tokens = [make_token(url, "clerk", *SCOPES) for _ in range(SERVERS)]
    os.environ["BERM_KEY_FILE"] = str(key)
    with served(store=url) as one, served(store=url) as two, served(store=url) as three:
        servers = [one, two, three]
        officers = [Officer(number, server, tokens[number]) for number, server in enumerate(servers)]
        begun = time.monotonic()
        for officer in officers:
            officer.start()
        time.sleep(0.3)
        imported = berm("import", "households", write(here / "more.csv", IMPORTED), "--store", url)
        for officer in officers:
            officer.join()
        seconds = time.monotonic() - begun
        again = [server.figure("berm_batches_again_total") for server in servers]
    answers = sum((officer.answers for officer in officers), collections.Counter())
    print(f"# {sum(answers.values())} writes through {SERVERS} servers in {seconds:.1f} s: "
          f"{dict(sorted(answers.items()))}; batches that ran again: {again}")
    equal("nothing but success, 412 and 503 with Retry-After came back",
          [problem for officer in officers for problem in officer.problems][:3], [])
    equal("the import went in beside them", (imported.code, ask(url, "SELECT count(*) FROM household WHERE code LIKE 'I%'")),
          (0, [(300,)]))
    done = sum((officer.done for officer in officers), collections.Counter())
    shared = dict(ask(url, "SELECT h.code, d.rooms FROM household h JOIN household_data d ON d.household_id = h.household_id "
                           "WHERE h.code LIKE 'S%'"))
    equal("no change to the same households was lost", shared, {code: done[code] for code in ("S0", "S1", "S2")})
    equal("nor one to other households", ask(url, "SELECT count(*) FROM household_data WHERE rooms = 7"),
          [(SERVERS * OWN,)])
    added = ask(url, "SELECT count(*), count(DISTINCT household_id), count(DISTINCT code) FROM household WHERE code LIKE 'H%'")
    equal("each new household has an id and a code of its own", added, [(answers[201],) * 3])
    writes = sum(answers[status] for status in (200, 201))
    entries = ask(url, "SELECT count(*), count(DISTINCT change_id) FROM journal "
                       "WHERE action IN ('add_household', 'change_household')")
    equal("each change is in the journal once", entries, [(writes, writes)])
    verified = berm("journal", "verify", "--store", url)
    check("the journal verifies", verified.code == 0, verified.text)
    equal("the doctor finds nothing", berm("doctor", "--store", url).code, 0)
finish()
